/* Makes every fdatasync take longer by SLOW_SYNC_US microseconds, as on a slower disk. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

int fdatasync(int file) {
  static int (*real)(int);
  static long delay_us = -1;
  if (delay_us < 0) {
    const char *text = getenv("SLOW_SYNC_US");
    delay_us = text == NULL ? 0 : atol(text);
    real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  }
  int result = real(file);
  struct timespec delay = {delay_us / 1000000, (delay_us % 1000000) * 1000};
  nanosleep(&delay, NULL);
  return result;
}
