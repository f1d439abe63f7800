/* A program that has signal handlers of its own, and then both languages. */
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "expect.h"
#include "language_cases.h"

static const int kOwn[] = {SIGINT, SIGCHLD};
enum { OWN = 2 };

static struct sigaction expected[OWN];
static int looks;
static volatile sig_atomic_t caught[OWN];
static sigjmp_buf behind_fault;
static void* volatile fault_address;

static void OnInterrupt(int signal, siginfo_t* info, void* context) {
  (void)signal;
  (void)info;
  (void)context;
  ++caught[0];
}

static void OnChild(int signal) {
  (void)signal;
  ++caught[1];
}

static void OnFault(int signal, siginfo_t* info, void* context) {
  (void)signal;
  (void)context;
  fault_address = info->si_addr;
  siglongjmp(behind_fault, 1);
}

static void Install(int signal, void (*handler)(int), void (*with_info)(int, siginfo_t*, void*), int flags,
                    int masked) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  sigemptyset(&action.sa_mask);
  if (masked != 0) sigaddset(&action.sa_mask, masked);
  action.sa_flags = flags;
  if (with_info != NULL) {
    action.sa_sigaction = with_info;
  } else {
    action.sa_handler = handler;
  }
  EXPECT(sigaction(signal, &action, NULL) == 0);
}

/* Field by field. */
static void ExpectOwnHandlers(void) {
  int i;
  int other;
  for (i = 0; i < OWN; ++i) {
    struct sigaction now;
    EXPECT(sigaction(kOwn[i], NULL, &now) == 0);
    EXPECT(now.sa_flags == expected[i].sa_flags);
    if ((now.sa_flags & SA_SIGINFO) != 0) {
      EXPECT(now.sa_sigaction == expected[i].sa_sigaction);
    } else {
      EXPECT(now.sa_handler == expected[i].sa_handler);
    }
    for (other = 1; other < 32; ++other) {
      EXPECT(sigismember(&now.sa_mask, other) == sigismember(&expected[i].sa_mask, other));
    }
  }
  ++looks;
}

static void LookDuring(void* arg, const tandem_log_event* event) {
  (void)arg;
  (void)event;
  ExpectOwnHandlers();
}

/* In the program's own code, with its own handler, whoever has the signal first. */
static void ExpectFaultToBeItsOwn(void) {
  char* const page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  EXPECT(page != MAP_FAILED);
  fault_address = NULL;
  if (sigsetjmp(behind_fault, 1) == 0) {
    *(volatile char*)page = 1;
    EXPECT(!"a page that is nobody's was written to");
  }
  EXPECT(fault_address == page);
  EXPECT(munmap(page, 4096) == 0);
}

void HostsSignalHandlersStayItsOwn(void) {
  pid_t child;
  int status = 0;
  int i;
  Install(SIGINT, NULL, OnInterrupt, SA_SIGINFO | SA_RESTART, SIGUSR1);
  Install(SIGCHLD, OnChild, NULL, SA_NOCLDSTOP | SA_RESTART, 0);
  Install(SIGSEGV, NULL, OnFault, SA_SIGINFO | SA_ONSTACK, 0);
  for (i = 0; i < OWN; ++i) EXPECT(sigaction(kOwn[i], NULL, &expected[i]) == 0);

  InvokeBothLanguages(LookDuring);
  EXPECT(looks > 0);
  ExpectOwnHandlers();
  ExpectFaultToBeItsOwn();
  ExpectFaultToBeItsOwn();
  InvokeBothLanguages(LookDuring); /* both still serve */
  ExpectFaultToBeItsOwn();

  EXPECT(raise(SIGINT) == 0);
  EXPECT(caught[0] == 1);
  caught[1] = 0;
  child = fork();
  if (child == 0) _exit(7);
  while (waitpid(child, &status, 0) < 0) {
  }
  EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
  EXPECT(caught[1] == 1);
  ExpectOwnHandlers();
}
