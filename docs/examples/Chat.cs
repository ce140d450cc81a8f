using System;
using System.IO;
using System.Net.Sockets;
using System.Text;
using System.Threading;

/// Chats over TCP: a thread sends what you type, while Main prints what comes.
static class Chat
{
    static void Main()
    {
        using (var room = new TcpClient("127.0.0.1", 8080))
        {
            var sending = new Thread(() => Send(room));
            sending.IsBackground = true; // it must not keep the program alive
            sending.Start();
            var utf8 = new UTF8Encoding(false);
            var screen = new StreamWriter(Console.OpenStandardOutput(), utf8);
            screen.AutoFlush = true;
            var lines = new StreamReader(room.GetStream(), utf8);
            for (var line = lines.ReadLine(); line != null; line = lines.ReadLine())
                screen.Write(line + "\n");
        }
    }

    static void Send(TcpClient room)
    {
        try
        {
            Console.OpenStandardInput().CopyTo(room.GetStream());
            room.Client.Shutdown(SocketShutdown.Send); // nothing more is sent
        }
        catch (IOException error)
        {
            Console.Error.WriteLine(error.Message);
        }
    }
}
