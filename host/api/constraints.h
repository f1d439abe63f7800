// Constraints: the violations of a request's shape, which the API counts and joins.
#ifndef TANDEM_HOST_API_CONSTRAINTS_H_
#define TANDEM_HOST_API_CONSTRAINTS_H_

#include <string>
#include <string_view>
#include <vector>

#include "host/api/error.h"

namespace tandem::host {

class Constraints {
 public:
  // "Value '<value>' at '<place>' failed to satisfy constraint: <constraint>".
  void Violated(std::string_view place, std::string_view value, std::string_view constraint);
  // Of a member that has to be there.
  void Missing(std::string_view place);

  bool ok() const { return violations_.empty(); }
  // Precondition: !ok().
  ApiError error() const;

 private:
  std::vector<std::string> violations_;
};

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_CONSTRAINTS_H_
