/*
 * A server that does nothing: every GET has the same value, every other command an OK, and no request is looked at
 * beyond its name. What it reaches is what sockets and the kernel leave to any server that waits by epoll; with "awake"
 * it never sleeps, so that no client ever has to wake it.
 *
 * floor PORT [awake]
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { VALUE = 100, EVENTS = 1024, REQUESTS = 1 << 16 };

static char reply_to_get[VALUE + 16];
static int get_length;

static int listening(int port) {
  int socket_fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(socket_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(socket_fd, (struct sockaddr *)&address, sizeof address) || listen(socket_fd, 511)) {
    perror("floor");
    exit(1);
  }
  return socket_fd;
}

static void watch(int poll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
}

/* A request is "*2\r\n$3\r\nGET\r\n..."; what begins otherwise gets an OK as well. */
static int reply(const char *request, char *out) {
  if (request[0] == '*' && request[8] == 'G') {
    memcpy(out, reply_to_get, get_length);
    return get_length;
  }
  if (request[0] == '*' && request[8] == 'I') { /* INFO, which has a value */
    memcpy(out, "$0\r\n\r\n", 6);
    return 6;
  }
  memcpy(out, "+OK\r\n", 5);
  return 5;
}

int main(int count, char **arguments) {
  static char in[REQUESTS], out[REQUESTS * 8];
  static struct epoll_event events[EVENTS];
  int patience = count > 2 && !strcmp(arguments[2], "awake") ? 0 : -1;
  int door = listening(count > 1 ? atoi(arguments[1]) : 6390), poll = epoll_create1(0), on = 1;
  get_length = sprintf(reply_to_get, "$%d\r\n%0*d\r\n", VALUE, VALUE, 0);
  watch(poll, door);
  for (;;) {
    int ready = epoll_wait(poll, events, EVENTS, patience);
    for (int i = 0; i < ready; i++) {
      int fd = events[i].data.fd;
      if (fd == door) {
        int client = accept4(door, 0, 0, SOCK_NONBLOCK);
        setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        watch(poll, client);
        continue;
      }
      int length = recv(fd, in, sizeof in - 16, 0), written = 0;
      if (length <= 0) {
        close(fd);
        continue;
      }
      in[length] = 0;
      for (char *request = in; request; request = strstr(request + 1, "\n*")) {
        request += *request == '\n';
        written += reply(request, out + written);
      }
      send(fd, out, written, 0);
    }
  }
}
