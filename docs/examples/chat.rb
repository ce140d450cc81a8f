# Chats over TCP: a thread sends what you type, while the program prints what comes. ruby chat.rb
require "socket"

room = TCPSocket.new("127.0.0.1", 8080)
Thread.new do
  IO.copy_stream($stdin, room)
  room.close_write # nothing more is sent
end
$stdout.sync = true
while (line = room.gets)
  $stdout.write(line)
end
