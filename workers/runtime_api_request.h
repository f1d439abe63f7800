// ApiRequest: one request to the Runtime API as it is read, and what its path means.
#ifndef TANDEM_WORKERS_RUNTIME_API_REQUEST_H_
#define TANDEM_WORKERS_RUNTIME_API_REQUEST_H_

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::workers {

// What a path asks for.
struct ApiRoute {
  enum class Kind : std::uint8_t { kUnknown, kPing, kNext, kResponse, kError, kInitError };
  Kind kind = Kind::kUnknown;
  std::string request_id;  // with kResponse and kError
};

ApiRoute RouteOf(std::string_view target);
// The method that a route takes.
std::string_view MethodOf(ApiRoute::Kind kind);

// Keeps of a request what the Runtime API looks at. Its body is kept, or counted only.
class ApiRequest : public boost::beast::http::basic_parser<true> {
 public:
  ApiRequest();

  const std::string& method() const { return method_; }
  const std::string& target() const { return target_; }
  const std::string& content_type() const { return content_type_; }
  const std::string& response_mode() const { return response_mode_; }
  // Lambda-Runtime-Function-Error-Type of the head.
  const std::string& error_type() const { return error_type_; }
  // The same, and Lambda-Runtime-Function-Error-Body, of the trailers.
  const std::string& trailed_error_type() const { return trailed_error_type_; }
  const std::string& trailed_error_body() const { return trailed_error_body_; }
  bool expects_continue() const { return expects_continue_; }
  // Whether a web page may have sent it: pages name their origin, and the host that they think they talk to.
  bool is_foreign() const { return has_origin_ || !has_own_host_; }
  bool closes() const { return version_ < 11 || !keep_alive(); }

  // Throws std::bad_alloc.
  void KeepBody();
  void DropBody();
  // What has been kept since the last time.
  std::string TakeBody();
  std::size_t kept() const { return body_.size(); }
  std::uint64_t received() const { return received_; }

 private:
  using ErrorCode = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb verb, View method, View target, int version, ErrorCode& error) override;
  void on_response_impl(int code, View reason, int version, ErrorCode& error) override;
  void on_field_impl(boost::beast::http::field field, View name, View value, ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>& size, ErrorCode& error) override;
  std::size_t on_body_impl(View body, ErrorCode& error) override;
  void on_chunk_header_impl(std::uint64_t size, View extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, View body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode& error) override;
  void NoteField(boost::beast::http::field field, View name, View value);
  void NoteTrailer(View name, View value);

  std::string method_;
  std::string target_;
  std::string content_type_;
  std::string response_mode_;
  std::string error_type_;
  std::string trailed_error_type_;
  std::string trailed_error_body_;
  std::string body_;
  std::uint64_t received_ = 0;
  int version_ = 11;
  bool in_trailers_ = false;
  bool expects_continue_ = false;
  bool has_origin_ = false;
  bool has_own_host_ = true;
  bool keeps_body_ = false;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_RUNTIME_API_REQUEST_H_
