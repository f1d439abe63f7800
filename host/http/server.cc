#include "host/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <charconv>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "host/http/connection.h"
#include "workers/file_descriptor.h"

namespace tandem::host {
namespace {

namespace asio = boost::asio;
using workers::FileDescriptor;

constexpr int kLookForRoomMs = 100;  // how often, where all connections are at something

Status BadAddress(const std::string& address, std::string_view why) {
  return {Code::kInvalidArgument, "cannot listen on " + address + ": " + std::string(why)};
}

// "127.0.0.1:9001", "[::1]:9001".
Result<asio::ip::tcp::endpoint> ParseAddress(const std::string& address) {
  constexpr std::string_view kForm = "an address and a port are wanted, such as 127.0.0.1:9001 or [::1]:9001";
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return BadAddress(address, kForm);
  std::string host = address.substr(0, colon);
  if (host == "localhost") host = "127.0.0.1";
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (is_bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const asio::ip::address ip = asio::ip::make_address(host, error);
  std::uint16_t port = 0;
  const char* const end = address.data() + address.size();
  const auto [at, failed] = std::from_chars(address.data() + colon + 1, end, port);
  if (error || ip.is_v6() != is_bracketed || failed != std::errc() || at != end) return BadAddress(address, kForm);
  return asio::ip::tcp::endpoint(ip, port);
}

std::string TextOf(const asio::ip::tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

class Server final : public HttpServer {
 public:
  Server(FileDescriptor listener, FileDescriptor wake, const asio::ip::tcp::endpoint& endpoint, HttpLimits limits)
      : listener_(std::move(listener)),
        wake_(std::move(wake)),
        endpoint_(TextOf(endpoint)),
        is_loopback_(endpoint.address().is_loopback()),
        limits_(limits) {}
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() override {
    Stop(std::chrono::milliseconds(0));
    for (Client& client : clients_) client.thread.join();
  }

  const std::string& endpoint() const override { return endpoint_; }
  bool is_loopback() const override { return is_loopback_; }
  Status Start(HttpApplication& application) override;
  bool Stop(std::chrono::milliseconds patience) override;

 private:
  struct Client {
    Client(FileDescriptor socket, const HttpLimits& limits, HttpApplication& application)
        : connection(std::move(socket), limits, application) {}
    HttpConnection connection;
    std::thread thread;
    bool has_ended = false;
  };

  void Accept();
  void Admit(FileDescriptor socket);
  void Serve(Client& client);
  void JoinEnded();
  bool MakeRoom();
  void Wake() const;

  FileDescriptor listener_;
  FileDescriptor wake_;  // an eventfd: something for the accepting thread to look at
  const std::string endpoint_;
  const bool is_loopback_;
  const HttpLimits limits_;
  HttpApplication* application_ = nullptr;
  std::thread accepting_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::list<Client> clients_;  // guarded by mutex_
  std::size_t running_ = 0;    // of clients_, those that have not ended; guarded by mutex_
  bool stops_ = false;         // guarded by mutex_
};

Status Server::Start(HttpApplication& application) {
  application_ = &application;
  try {
    accepting_ = std::thread([this] { Accept(); });
  } catch (const std::system_error& error) {
    return {Code::kInternal, std::string("no thread to accept connections: ") + error.what()};
  }
  return {};
}

void Server::Wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(write(wake_.get(), &one, sizeof one));
}

void Server::Accept() {
  for (;;) {
    JoinEnded();
    pollfd watched[] = {{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
    if (poll(watched, 2, -1) < 0 && errno != EINTR) return;
    std::uint64_t count = 0;
    if ((watched[0].revents & POLLIN) != 0) static_cast<void>(read(wake_.get(), &count, sizeof count));
    {
      const std::scoped_lock lock(mutex_);
      if (stops_) return;
      if ((watched[1].revents & POLLIN) == 0) continue;
      if (!MakeRoom()) watched[1].events = 0;
    }
    if (watched[1].events == 0) {  // somebody waits: until a connection ends, or may be ended
      static_cast<void>(poll(watched, 1, kLookForRoomMs));
      continue;
    }
    FileDescriptor socket(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (socket) {
      Admit(std::move(socket));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
      std::this_thread::sleep_for(std::chrono::milliseconds(50));  // until some connection has ended
    }
  }
}

// Whether a connection more may be had, for which the one that is idle for longest goes.
bool Server::MakeRoom() {
  if (running_ < limits_.most_connections) return true;
  Client* longest = nullptr;
  for (Client& client : clients_) {
    const std::int64_t since = client.has_ended ? 0 : client.connection.idle_since();
    if (since != 0 && (longest == nullptr || since < longest->connection.idle_since())) longest = &client;
  }
  if (longest != nullptr) longest->connection.Finish();
  return false;
}

void Server::Admit(FileDescriptor socket) {
  const std::scoped_lock lock(mutex_);
  if (stops_) return;
  Client& client = clients_.emplace_back(std::move(socket), limits_, *application_);
  try {
    client.thread = std::thread([this, &client] { Serve(client); });
    ++running_;
  } catch (const std::system_error&) {
    clients_.pop_back();  // the client sees that the connection is closed
  }
}

void Server::Serve(Client& client) {
  client.connection.Serve();
  const std::scoped_lock lock(mutex_);
  client.has_ended = true;
  --running_;
  ended_.notify_all();
  Wake();
}

void Server::JoinEnded() {
  std::list<Client> ended;
  {
    const std::scoped_lock lock(mutex_);
    for (auto at = clients_.begin(); at != clients_.end();) {
      const auto next = std::next(at);
      if (at->has_ended) ended.splice(ended.end(), clients_, at);
      at = next;
    }
  }
  for (Client& client : ended) client.thread.join();
}

bool Server::Stop(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  stops_ = true;
  Wake();
  if (accepting_.joinable()) {
    lock.unlock();
    accepting_.join();
    lock.lock();
  }
  listener_.Close();
  for (Client& client : clients_) {
    if (!client.has_ended) client.connection.Finish();
  }
  const bool all = ended_.wait_for(lock, patience, [this] { return running_ == 0; });
  for (Client& client : clients_) {
    if (!client.has_ended) client.connection.Close();
  }
  return all;
}

// As the kernel has it, with the port that it has chosen.
asio::ip::tcp::endpoint LocalEndpoint(int socket, const asio::ip::tcp::endpoint& asked) {
  asio::ip::tcp::endpoint endpoint = asked;
  auto size = static_cast<socklen_t>(endpoint.capacity());
  if (getsockname(socket, endpoint.data(), &size) == 0) endpoint.resize(size);
  return endpoint;
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Open(const std::string& address, HttpLimits limits) {
  const auto endpoint = ParseAddress(address);
  if (!endpoint) return endpoint.status();
  FileDescriptor listener(socket(endpoint->protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  FileDescriptor wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!listener || !wake) return BadAddress(address, std::strerror(errno));
  const int on = 1;
  static_cast<void>(setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  if (bind(listener.get(), endpoint->data(), static_cast<socklen_t>(endpoint->size())) != 0 ||
      listen(listener.get(), SOMAXCONN) != 0) {
    return BadAddress(address, errno == EADDRINUSE ? "another program listens there" : std::strerror(errno));
  }
  const auto local = LocalEndpoint(listener.get(), *endpoint);
  return std::unique_ptr<HttpServer>(std::make_unique<Server>(std::move(listener), std::move(wake), local, limits));
}

}  // namespace tandem::host
