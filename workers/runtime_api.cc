#include "workers/runtime_api.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <thread>
#include <utility>
#include <vector>

#include "workers/file_descriptor.h"
#include "workers/runtime_api_exchange.h"
#include "workers/runtime_api_session.h"
#include "workers/signals_blocked.h"

namespace tandem::workers {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

Status Refused(std::string_view what, int error) {
  return {Code::kInternal, "runtime API: " + std::string(what) + ": " + std::strerror(error)};
}

Result<FileDescriptor> Listen(sockaddr_in& address) {
  FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return Refused("socket", errno);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(socket.get(), generic, size) != 0) return Refused("bind to a loopback port", errno);
  if (listen(socket.get(), SOMAXCONN) != 0) return Refused("listen", errno);
  if (getsockname(socket.get(), generic, &size) != 0) return Refused("getsockname", errno);
  return socket;
}

}  // namespace

// The port, its connections and their thread.
class RuntimeApi::Server {
 public:
  Server() = default;
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  Status Open();
  Status Start(Admission admits, Waiter waiter);
  const std::string& endpoint() const { return endpoint_; }
  RuntimeApiExchange& exchange() { return exchange_; }

 private:
  using Session = std::shared_ptr<RuntimeApiSession>;

  void Run();
  void Wake();
  void Accept();
  bool AcceptOne();
  void AcceptLater();
  bool MakeRoom();
  void GiveEvents();

  RuntimeApiExchange exchange_{[this] { Wake(); }};
  asio::io_context context_{1};
  tcp::acceptor acceptor_{context_};
  asio::steady_timer timer_{context_};
  Admission admits_;
  bool accepts_ = false;  // or waits until it does again
  std::vector<Session> sessions_;
  std::string endpoint_;
  std::thread thread_;
};

RuntimeApi::Server::~Server() {
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

Status RuntimeApi::Server::Open() {
  sockaddr_in address{};
  auto listener = Listen(address);
  if (!listener) return listener.status();
  error_code error;
  static_cast<void>(acceptor_.assign(tcp::v4(), listener->get(), error));
  if (error) return Refused("epoll", error.value());
  listener->Release();
  endpoint_ = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  return {};
}

Status RuntimeApi::Server::Start(Admission admits, Waiter waiter) {
  if (endpoint_.empty()) {
    if (Status status = Open(); !status.ok()) return status;
  }
  admits_ = std::move(admits);
  if (waiter) {
    FileDescriptor changed(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!changed) return Refused("eventfd", errno);
    exchange_.WaitBy(std::move(changed), std::move(waiter));
  }
  try {
    const SignalsBlocked blocked;
    thread_ = std::thread([this] { Run(); });
  } catch (const std::exception& failure) {
    return {Code::kInternal, std::string("runtime API: thread: ") + failure.what()};
  }
  return {};
}

// What is thrown (std::bad_alloc, nothing else is) ends the connection whose work it was.
void RuntimeApi::Server::Run() {
  while (!context_.stopped()) {
    try {
      if (!accepts_) Accept();
      context_.run();
    } catch (const std::exception&) {
      const auto dead = [](const Session& session) { return session.use_count() == 1; };
      sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(), dead), sessions_.end());
    }
  }
}

void RuntimeApi::Server::Wake() {
  asio::post(context_, [this] {
    GiveEvents();
    for (const Session& session : std::vector<Session>(sessions_)) session->Resume();
  });
}

// To the one that has waited longest.
void RuntimeApi::Server::GiveEvents() {
  Session first;
  do {
    first.reset();
    for (const Session& session : sessions_) {
      if (session->waits() && (!first || session->last_active() < first->last_active())) first = session;
    }
  } while (first && first->CloseIfGone());
  if (!first) return;
  if (auto event = exchange_.TakeEvent()) first->Give(std::move(event));
}

void RuntimeApi::Server::Accept() {
  accepts_ = true;
  acceptor_.async_wait(tcp::acceptor::wait_read, [this](error_code error) {
    accepts_ = false;
    if (error) return;
    if (AcceptOne()) return Accept();
    AcceptLater();
  });
}

// Whether there is no hindrance to more.
bool RuntimeApi::Server::AcceptOne() {
  sockaddr_in peer{};
  socklen_t size = sizeof peer;
  FileDescriptor connection(
      accept4(acceptor_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!connection) {
    if (errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM) return true;
    MakeRoom();
    return false;
  }
  if (admits_ && !admits_(peer)) return true;
  if (sessions_.size() >= kMostConnections && !MakeRoom()) return true;
  const int on = 1;
  setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  tcp::socket socket(context_);
  error_code error;
  static_cast<void>(socket.assign(tcp::v4(), connection.get(), error));
  if (error) return true;
  connection.Release();
  sessions_.push_back(
      std::make_shared<RuntimeApiSession>(std::move(socket), exchange_, [this](RuntimeApiSession* closed) {
        const auto is_it = [closed](const Session& session) { return session.get() == closed; };
        sessions_.erase(std::remove_if(sessions_.begin(), sessions_.end(), is_it), sessions_.end());
      }));
  sessions_.back()->Start();
  return true;
}

// When the process has no descriptor left, trying at once would only burn time.
void RuntimeApi::Server::AcceptLater() {
  accepts_ = true;
  timer_.expires_after(std::chrono::milliseconds(20));
  timer_.async_wait([this](error_code error) {
    accepts_ = false;
    if (!error) Accept();
  });
}

// Closes the connection that has been idle longest, one of the runtime's only when there is no other; false when none
// is idle.
bool RuntimeApi::Server::MakeRoom() {
  const auto rank = [](const Session& session) { return std::pair(session->took_part(), session->last_active()); };
  Session idle;
  for (const Session& session : sessions_) {
    if (session->is_idle() && (!idle || rank(session) < rank(idle))) idle = session;
  }
  if (!idle) return false;
  idle->Close();
  return true;
}

RuntimeApi::RuntimeApi() : server_(std::make_unique<Server>()) {}

RuntimeApi::~RuntimeApi() = default;

Status RuntimeApi::Open() {
  return server_->Open();
}

Status RuntimeApi::Start(Admission admits, Waiter waiter) {
  return server_->Start(std::move(admits), std::move(waiter));
}

const std::string& RuntimeApi::endpoint() const {
  return server_->endpoint();
}

RuntimeApiResult RuntimeApi::WaitReady(Clock::time_point deadline) {
  return server_->exchange().WaitReady(deadline);
}

RuntimeApiResult RuntimeApi::Invoke(const RuntimeApiInvocation& invocation, Clock::time_point deadline) {
  return server_->exchange().Invoke(invocation, deadline);
}

void RuntimeApi::Abandon() {
  server_->exchange().Abandon();
}

}  // namespace tandem::workers
