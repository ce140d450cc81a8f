/*
 * A chat client: it waits for the room and for the keyboard at the same time.
 * Linux, macOS: cc starter.c -o starter && ./starter
 */
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOST "127.0.0.1"
#define PORT "8080"
#define CODE "" /* the room code, if the room needs one */

/* Sends all of the bytes: one write may take only a part of them. Returns 0 after an error. */
static int send_all(int to, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t sent = write(to, bytes, length);
    if (sent < 0) return 0;
    bytes += sent;
    length -= (size_t)sent;
  }
  return 1;
}

/* Passes on what has arrived. Returns 0 at the end. */
static int pass_on(int from, int to) {
  char bytes[4096];
  ssize_t length = read(from, bytes, sizeof bytes);
  return length > 0 && send_all(to, bytes, (size_t)length);
}

static int connect_to(const char *host, const char *port) {
  struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  int room = socket(found->ai_family, found->ai_socktype, found->ai_protocol);
  int failed = room < 0 || connect(room, found->ai_addr, found->ai_addrlen) != 0;
  freeaddrinfo(found);
  return failed ? -1 : room;
}

int main(void) {
  int room = connect_to(HOST, PORT);
  if (room < 0) {
    fprintf(stderr, "%s port %s cannot be reached.\n", HOST, PORT);
    return 1;
  }
  if (strlen(CODE) > 0) send_all(room, CODE "\n", strlen(CODE "\n"));

  struct pollfd waiting[2] = {{.fd = room, .events = POLLIN},
                              {.fd = STDIN_FILENO, .events = POLLIN}};
  while (poll(waiting, 2, -1) > 0) {
    if (waiting[0].revents != 0 && !pass_on(room, STDOUT_FILENO)) break;
    if (waiting[1].revents != 0 && !pass_on(STDIN_FILENO, room)) {
      shutdown(room, SHUT_WR); /* nothing more is typed: the room says goodbye */
      waiting[1].fd = -1;
    }
  }
  close(room);
  return 0;
}
