// What the HTTP library does by itself, to measure the server against: answers each request with its body, by
// asynchronous operations on as many threads as there are processors.
//
// bench-echo PORT
#include <algorithm>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr std::chrono::seconds kIdle{30};

// One connection.
class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

  void Begin() {
    asio::dispatch(stream_.get_executor(), beast::bind_front_handler(&Session::Read, shared_from_this()));
  }

 private:
  void Read() {
    request_ = {};
    stream_.expires_after(kIdle);
    http::async_read(stream_, buffer_, request_, beast::bind_front_handler(&Session::OnRead, shared_from_this()));
  }

  void OnRead(beast::error_code error, std::size_t /*size*/) {
    if (error) return;
    response_ = {http::status::ok, request_.version()};
    response_.set(http::field::content_type, "application/json");
    response_.keep_alive(request_.keep_alive());
    response_.body() = std::move(request_.body());
    response_.prepare_payload();
    http::async_write(stream_, response_, beast::bind_front_handler(&Session::OnWrite, shared_from_this()));
  }

  void OnWrite(beast::error_code error, std::size_t /*size*/) {
    if (!error && response_.keep_alive()) Read();
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
};

void Accept(tcp::acceptor& acceptor, asio::io_context& context) {
  acceptor.async_accept(asio::make_strand(context), [&](beast::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Session>(std::move(socket))->Begin();
    Accept(acceptor, context);
  });
}

void Serve(std::uint16_t port) {
  asio::io_context context;
  tcp::acceptor acceptor(context, {asio::ip::make_address("127.0.0.1"), port});
  Accept(acceptor, context);
  std::printf("%u\n", acceptor.local_endpoint().port());
  std::fflush(stdout);
  const unsigned count = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::thread> threads(count);
  for (std::thread& thread : threads) thread = std::thread([&context] { context.run(); });
  for (std::thread& thread : threads) thread.join();
}

}  // namespace

int main(int argc, char** argv) {
  try {
    std::uint16_t port = 0;
    const char* const text = argc == 2 ? argv[1] : "";
    if (std::from_chars(text, text + std::strlen(text), port).ec != std::errc()) {
      std::fputs("bench-echo: a port is wanted\n", stderr);
      return 2;
    }
    Serve(port);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-echo: %s\n", error.what());
    return 1;
  }
  return 0;
}
