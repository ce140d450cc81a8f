<?php
// Chats over TCP: stream_select() waits for the keyboard and the socket. php chat.php
$room = stream_socket_client("tcp://127.0.0.1:8080", $code, $error);
if ($room === false) {
    fwrite(STDERR, "$error\n");
    exit(1);
}
stream_set_read_buffer(STDIN, 0); // stream_select() does not see what is in the buffers
stream_set_read_buffer($room, 0);
$open = [$room, STDIN];
while (true) {
    $ready = $open;
    $none = null;
    stream_select($ready, $none, $none, null);
    if (in_array($room, $ready, true)) {
        $data = fread($room, 4096);
        if ($data === "" || $data === false) {
            break; // the server has closed
        }
        fwrite(STDOUT, $data);
    }
    if (in_array(STDIN, $ready, true)) {
        $data = fread(STDIN, 4096);
        if ($data === "" || $data === false) {
            $open = [$room];
            stream_socket_shutdown($room, STREAM_SHUT_WR); // nothing more is sent
        } else {
            fwrite($room, $data);
        }
    }
}
