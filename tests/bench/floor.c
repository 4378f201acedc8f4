/* The floor that the media engine is measured against: the system calls of a bridge and nothing else.
 *
 *     floor PORT...          the far ends' ports on 127.0.0.1, two of which are a call
 *
 * Prints its own ports as a JSON array, then every 20 ms reads what has come on each socket (epoll, recv) and sends it
 * to the other one of the call, until SIGTERM. Built by the bench; no part of the product.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t done;

static void stop(int number) { (void)number; done = 1; }

int main(int count, char **words) {
  int streams = count - 1, poll = epoll_create1(0);
  int *sockets = calloc(streams, sizeof *sockets);
  struct epoll_event *ready = calloc(streams, sizeof *ready);
  unsigned char packet[640];
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGTERM, stop);
  printf("[");
  for (int n = 0; n < streams; n++) {
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, far = here;
    socklen_t size = sizeof here;
    far.sin_port = htons(atoi(words[n + 1]));
    sockets[n] = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (bind(sockets[n], (void *)&here, size) || connect(sockets[n], (void *)&far, size)) return perror("socket"), 1;
    getsockname(sockets[n], (void *)&here, &size);
    epoll_ctl(poll, EPOLL_CTL_ADD, sockets[n], &(struct epoll_event){.events = EPOLLIN, .data.u32 = n});
    printf("%s%d", n ? ", " : "", ntohs(here.sin_port));
  }
  printf("]\n");
  fflush(stdout);
  struct timespec due;
  clock_gettime(CLOCK_MONOTONIC, &due);
  while (!done) {
    if ((due.tv_nsec += 20000000) >= 1000000000) due.tv_nsec -= 1000000000, due.tv_sec++;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
    int found = epoll_wait(poll, ready, streams, 0);
    for (int n = 0; n < found; n++) {
      int stream = ready[n].data.u32;
      ssize_t size = recv(sockets[stream], packet, sizeof packet, 0);
      if (size > 0) send(sockets[stream ^ 1], packet, size, 0);
    }
  }
  return 0;
}
