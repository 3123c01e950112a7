// Two threads count in the same place without a lock. That ThreadSanitizer tells of it, with the function's name, says that it
// would tell of others.

#include <pthread.h>
#include <stdio.h>

enum { TURNS = 1000 };

static int counted;

static void *count_unguarded(void *nothing) {
  for (int i = 0; i < TURNS; i++)
    counted++;
  return nothing;
}

int main(void) {
  pthread_t other;
  if (pthread_create(&other, NULL, count_unguarded, NULL) != 0)
    return 1;
  count_unguarded(NULL);
  pthread_join(other, NULL);
  printf("%d\n", counted);
  return 0;
}
