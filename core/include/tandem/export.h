// TANDEM_EXPORT marks what libtandem offers to other programs; everything else is hidden.
#ifndef TANDEM_EXPORT_H_
#define TANDEM_EXPORT_H_

#define TANDEM_EXPORT __attribute__((visibility("default")))

#endif  // TANDEM_EXPORT_H_
