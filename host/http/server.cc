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
#include <exception>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "host/http/connection.h"
#include "host/http/reactor.h"
#include "host/http/thread_cache.h"
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

class Server final : public HttpServer, public ConnectionOwner {
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
    std::unique_lock lock(mutex_);
    ended_.wait(lock, [this] { return running_ == 0; });
  }

  const std::string& endpoint() const override { return endpoint_; }
  bool is_loopback() const override { return is_loopback_; }
  Status Start(HttpApplication& application) override;
  bool Stop(std::chrono::milliseconds patience) override;
  void Hurry() override;

 private:
  struct Client final : HttpConnection {
    using HttpConnection::HttpConnection;
    bool has_ended = false;
  };

  void Accept();
  void Admit(FileDescriptor socket);
  void NeedsThread(HttpConnection& connection) override;
  void HasEnded(HttpConnection& connection) override;
  void Serve(HttpConnection& connection);
  void DropEnded();
  bool MakeRoom();
  std::pair<Client*, std::int64_t> Longest(std::int64_t (HttpConnection::*since)() const);
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
  bool hurries_ = false;       // guarded by mutex_
  std::unique_ptr<Reactor> reactor_;
  ThreadCache threads_;
};

Status Server::Start(HttpApplication& application) {
  application_ = &application;
  reactor_ = std::make_unique<Reactor>(application, limits_, *this);
  if (Status status = reactor_->Start(); !status.ok()) return status;
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
    DropEnded();
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

// Whether a connection more may be had, for which another one goes.
bool Server::MakeRoom() {
  if (running_ < limits_.most_connections) return true;
  if (Client* const idle = Longest(&HttpConnection::idle_since).first) {
    idle->Finish();
    return false;
  }
  const auto [slow, since] = Longest(&HttpConnection::awaits_client_since);
  const SocketStream::Clock::duration waited(SocketStream::Clock::now().time_since_epoch().count() - since);
  if (slow != nullptr && waited >= limits_.grace) slow->Close();
  return false;
}

// The connection for which that is longest ago, and when; null: for none. Its own thread may change that meanwhile.
std::pair<Server::Client*, std::int64_t> Server::Longest(std::int64_t (HttpConnection::*since)() const) {
  Client* longest = nullptr;
  std::int64_t least = 0;
  for (Client& client : clients_) {
    const std::int64_t at = client.has_ended ? 0 : (client.*since)();
    if (at == 0 || (longest != nullptr && at >= least)) continue;
    longest = &client;
    least = at;
  }
  return {longest, least};
}

void Server::Admit(FileDescriptor socket) {
  const std::scoped_lock lock(mutex_);
  if (stops_) return;
  Client& client = clients_.emplace_back(std::move(socket), limits_, *application_);
  ++running_;
  reactor_->Add(client);
}

void Server::NeedsThread(HttpConnection& connection) {
  if (threads_.Run([this, &connection] { Serve(connection); })) return;
  connection.pending().reset();
  HasEnded(connection);  // the client sees that the connection is closed
}

void Server::HasEnded(HttpConnection& connection) {
  connection.Close();
  const std::scoped_lock lock(mutex_);
  static_cast<Client&>(connection).has_ended = true;
  --running_;
  ended_.notify_all();
  Wake();
}

void Server::Serve(HttpConnection& connection) {
  bool is_idle = false;
  try {
    is_idle = connection.Serve();
  } catch (const std::exception&) {  // there is no memory for a body, say
    connection.Close();
  }
  if (is_idle) return reactor_->Add(connection);
  HasEnded(connection);
}

void Server::DropEnded() {
  std::list<Client> ended;
  {
    const std::scoped_lock lock(mutex_);
    for (auto at = clients_.begin(); at != clients_.end();) {
      const auto next = std::next(at);
      if (at->has_ended) ended.splice(ended.end(), clients_, at);
      at = next;
    }
  }
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
    if (!client.has_ended) client.Finish();
  }
  ended_.wait_for(lock, patience, [this] { return running_ == 0 || hurries_; });
  const bool all = running_ == 0;
  for (Client& client : clients_) {
    if (!client.has_ended) client.Close();
  }
  return all;
}

void Server::Hurry() {
  const std::scoped_lock lock(mutex_);
  hurries_ = true;
  ended_.notify_all();
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
