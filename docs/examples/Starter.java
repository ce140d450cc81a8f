// A chat client: a thread prints what the room says; the main thread sends what you type.
// java Starter.java
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

public class Starter {
    static final String HOST = "127.0.0.1";
    static final int PORT = 8080;
    static final String CODE = ""; // the room code, if the room needs one

    public static void main(String[] args) throws IOException {
        Socket room = new Socket(HOST, PORT);
        new Thread(() -> listen(room)).start();

        OutputStream out = room.getOutputStream();
        if (!CODE.isEmpty()) send(out, CODE);
        BufferedReader keyboard = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = keyboard.readLine()) != null; ) {
            send(out, line);
        }
        room.shutdownOutput(); // nothing more is typed: the room says goodbye
    }

    static void send(OutputStream out, String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    static void listen(Socket room) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(room.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line; (line = lines.readLine()) != null; ) {
                System.out.println(line);
            }
        } catch (IOException error) {
            System.err.println(error.getMessage());
        }
        System.exit(0); // the main thread may be waiting for the keyboard
    }
}
