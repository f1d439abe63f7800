/* Who uses a handle, and who ends it. */
#include "native.h"

static _Thread_local const Running* running_here;

int RunsHere(const Runtime* runtime, const Function* function) {
  const Running* running = running_here;
  while (running != NULL && running->runtime != runtime && (function == NULL || running->function != function)) {
    running = running->outer;
  }
  return running != NULL;
}

/* Begins a call on a runtime's handle, which stays until its end. -1 with an exception set: it is closed. */
int EnterRuntime(Runtime* self, tandem_runtime** handle) {
  if (is_fork) return RaiseClosed(kFork);
  pthread_mutex_lock(&self->mutex);
  *handle = self->is_closing ? NULL : self->handle;
  if (*handle != NULL) ++self->users;
  pthread_mutex_unlock(&self->mutex);
  return *handle != NULL ? 0 : RaiseClosed("the runtime is closed");
}

void LeaveRuntime(Runtime* self) {
  pthread_mutex_lock(&self->mutex);
  if (--self->users == 0) pthread_cond_broadcast(&self->idle);
  pthread_mutex_unlock(&self->mutex);
}

static int Enter(Function* self, Running* running, int is_to_cancel) {
  Runtime* const runtime = self->runtime;
  int open;
  if (is_fork) return RaiseClosed(kFork);
  pthread_mutex_lock(&runtime->mutex);
  open = runtime->handle != NULL && (is_to_cancel || !runtime->is_closing);
  running->handle = is_to_cancel || !self->is_closing ? self->handle : NULL;
  if (open && running->handle != NULL) {
    ++runtime->users;
    ++self->users;
  }
  pthread_mutex_unlock(&runtime->mutex);
  if (!open) return RaiseClosed("the function's runtime is closed");
  if (running->handle == NULL) return RaiseClosed("the function is unloaded");
  running->runtime = runtime;
  running->function = self;
  running->outer = running_here;
  running_here = running;
  return 0;
}

/* The same with a function's. */
int EnterFunction(Function* self, Running* running) {
  return Enter(self, running, 0);
}

/* Also while its end is waited for. */
int EnterFunctionToCancel(Function* self, Running* running) {
  return Enter(self, running, 1);
}

void LeaveFunction(Function* self, const Running* running) {
  Runtime* const runtime = self->runtime;
  running_here = running->outer;
  pthread_mutex_lock(&runtime->mutex);
  --self->users;
  --runtime->users;
  if (self->users == 0 || runtime->users == 0) pthread_cond_broadcast(&runtime->idle);
  pthread_mutex_unlock(&runtime->mutex);
}

/* Without the GIL, within a call. */
void UnloadAbandoned(Runtime* self) {
  Abandoned* one;
  pthread_mutex_lock(&self->mutex);
  one = self->abandoned;
  self->abandoned = NULL;
  pthread_mutex_unlock(&self->mutex);
  while (one != NULL) {
    Abandoned* const next = one->next;
    tandem_failure_free(tandem_unload(one->handle));
    free(one);
    one = next;
  }
}
