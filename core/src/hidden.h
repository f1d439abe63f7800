// TANDEM_HIDDEN marks a class within an exported one that is not to be exported with it.
#ifndef TANDEM_CORE_HIDDEN_H_
#define TANDEM_CORE_HIDDEN_H_

#define TANDEM_HIDDEN __attribute__((visibility("hidden")))

#endif  // TANDEM_CORE_HIDDEN_H_
