/* What comes from threads that may hold another interpreter's state, or none, on its way to Python code: the callbacks
 * of libtandem copy it into one of these, and touch nothing of Python's. */
#ifndef TANDEM_BINDINGS_PYTHON_QUEUES_H_
#define TANDEM_BINDINGS_PYTHON_QUEUES_H_

#include <pthread.h>
#include <stddef.h>

typedef struct Item {
  struct Item* next;
  size_t size;
  char data[];
} Item;

/* Threads: any. Items are malloc's, and whoever takes one frees it. */
typedef struct Queue {
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  Item* first;
  Item** last;
  size_t count;
  int ended; /* nothing more comes */
} Queue;

void QueueInit(Queue* queue);
/* Frees what nobody has taken. */
void QueueFree(Queue* queue);
/* Waits while it has `most` items or more; 0: never. Takes the item; one that comes after the end is freed, and the
 * answer is 0. */
int QueuePut(Queue* queue, Item* item, size_t most);
/* NULL: it is empty. */
Item* QueueTake(Queue* queue);
/* Waits for an item; 0: it has ended, and none is left. */
int QueueWait(Queue* queue);
void QueueEnd(Queue* queue);

#endif /* TANDEM_BINDINGS_PYTHON_QUEUES_H_ */
