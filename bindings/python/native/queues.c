#include "queues.h"

#include <stdlib.h>

void QueueInit(Queue* queue) {
  pthread_mutex_init(&queue->mutex, NULL);
  pthread_cond_init(&queue->changed, NULL);
  queue->first = NULL;
  queue->last = &queue->first;
  queue->count = 0;
  queue->ended = 0;
}

void QueueFree(Queue* queue) {
  Item* item;
  while ((item = QueueTake(queue)) != NULL) free(item);
  pthread_cond_destroy(&queue->changed);
  pthread_mutex_destroy(&queue->mutex);
}

int QueuePut(Queue* queue, Item* item, size_t most) {
  int taken;
  item->next = NULL;
  pthread_mutex_lock(&queue->mutex);
  while (most != 0 && queue->count >= most && !queue->ended) pthread_cond_wait(&queue->changed, &queue->mutex);
  taken = !queue->ended;
  if (taken) {
    *queue->last = item;
    queue->last = &item->next;
    ++queue->count;
    pthread_cond_broadcast(&queue->changed);
  }
  pthread_mutex_unlock(&queue->mutex);
  if (!taken) free(item);
  return taken;
}

int QueueWait(Queue* queue) {
  int more;
  pthread_mutex_lock(&queue->mutex);
  while (queue->first == NULL && !queue->ended) pthread_cond_wait(&queue->changed, &queue->mutex);
  more = queue->first != NULL;
  pthread_mutex_unlock(&queue->mutex);
  return more;
}

Item* QueueTake(Queue* queue) {
  Item* item;
  pthread_mutex_lock(&queue->mutex);
  item = queue->first;
  if (item != NULL) {
    queue->first = item->next;
    if (queue->first == NULL) queue->last = &queue->first;
    --queue->count;
    pthread_cond_broadcast(&queue->changed);
  }
  pthread_mutex_unlock(&queue->mutex);
  return item;
}

void QueueEnd(Queue* queue) {
  pthread_mutex_lock(&queue->mutex);
  queue->ended = 1;
  pthread_cond_broadcast(&queue->changed);
  pthread_mutex_unlock(&queue->mutex);
}
