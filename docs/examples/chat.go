// Chats over TCP: a goroutine sends what you type, while main prints what comes. go run chat.go
package main

import (
	"io"
	"log"
	"net"
	"os"
)

func main() {
	room, err := net.Dial("tcp", "127.0.0.1:8080")
	if err != nil {
		log.Fatal(err)
	}
	go func() {
		if _, err := io.Copy(room, os.Stdin); err != nil {
			log.Print(err)
		}
		room.(*net.TCPConn).CloseWrite() // nothing more is sent
	}()
	if _, err := io.Copy(os.Stdout, room); err != nil {
		log.Fatal(err)
	}
}
