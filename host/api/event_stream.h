// The event stream encoding, in which streaming answers come (vnd.amazon.eventstream).
#ifndef TANDEM_HOST_API_EVENT_STREAM_H_
#define TANDEM_HOST_API_EVENT_STREAM_H_

#include <string>
#include <string_view>

namespace tandem::host {

// One message of the type `event`: lengths and checksum, headers, the payload, a checksum of all of it.
std::string EventMessage(std::string_view event_type, std::string_view content_type, std::string_view payload);

}  // namespace tandem::host

#endif  // TANDEM_HOST_API_EVENT_STREAM_H_
