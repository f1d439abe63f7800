// RuntimeApiSession: one connection to the Runtime API.
#ifndef TANDEM_WORKERS_RUNTIME_API_SESSION_H_
#define TANDEM_WORKERS_RUNTIME_API_SESSION_H_

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "workers/runtime_api_exchange.h"
#include "workers/runtime_api_request.h"

namespace tandem::workers {

// Reads requests, one after the other, and answers each before it reads the next.
//
// Threads: the server's one. Owns: the connection. Lifetime: as long as something is under way on it; `closed` is
// called when it closes.
class RuntimeApiSession : public std::enable_shared_from_this<RuntimeApiSession> {
 public:
  using Clock = RuntimeApi::Clock;

  RuntimeApiSession(boost::asio::ip::tcp::socket socket, RuntimeApiExchange& exchange,
                    std::function<void(RuntimeApiSession*)> closed);
  RuntimeApiSession(const RuntimeApiSession&) = delete;
  RuntimeApiSession& operator=(const RuntimeApiSession&) = delete;
  ~RuntimeApiSession();

  void Start() { ReadRequest(); }
  void Close();

  // When it last had a request.
  Clock::time_point last_active() const { return last_active_; }
  // Whether it waits for an event.
  bool waits() const { return stage_ == Stage::kWaiting; }
  // Whether it may be closed for a new one: it neither waits for an event nor brings an answer.
  bool is_idle() const { return !waits() && accepted_ == Accepted::kNothing; }
  // Closes it if its client has.
  bool CloseIfGone();
  // Whether it has been given an event, or has brought an answer: it is the runtime's own.
  bool took_part() const { return took_part_; }
  void Give(std::shared_ptr<const ApiEvent> event);
  // Goes on reading when there is room for chunks.
  void Resume();

 private:
  using ErrorCode = boost::beast::error_code;
  enum class Stage : std::uint8_t { kReading, kWaiting, kPaused, kWriting, kLeaving, kClosed };
  enum class Accepted : std::uint8_t { kNothing, kInitError, kPost };  // what the exchange waits for the end of

  // Of bodies that nobody wants, before the connection is closed instead.
  static constexpr std::uint64_t kMostDropped = std::uint64_t{64} << 20;

  template <typename Work>
  void Guarded(const Work& work);
  void ReadRequest();
  void HeadRead(ErrorCode error);
  std::optional<ApiReply> Admit();
  std::optional<ApiReply> AdmitPost();
  void SendContinue();
  void ReadBody();
  void BodyRead(ErrorCode error);
  bool TakeBodyPart();
  void BodyEnded();
  void BodyFailed(ErrorCode error);
  void Answer();
  void AnswerNext();
  Outcome PostedOutcome();
  bool EndAccepted(Outcome outcome);
  void Wait();
  void WatchWaiting();
  void Send(const ApiReply& reply);
  void Sent(ErrorCode error);
  void Leave();

  boost::asio::ip::tcp::socket socket_;
  RuntimeApiExchange& exchange_;
  std::function<void(RuntimeApiSession*)> closed_;
  boost::beast::flat_buffer buffer_;
  std::optional<ApiRequest> request_;
  Stage stage_ = Stage::kReading;
  Clock::time_point last_active_ = Clock::now();
  ApiRoute route_;
  std::optional<ApiReply> refusal_;  // what is answered when the body has been read
  Accepted accepted_ = Accepted::kNothing;
  std::uint64_t number_ = 0;  // the invocation's, with kPost
  bool streams_ = false;      // the body goes to the receiver
  bool closes_ = false;
  bool took_part_ = false;
  std::uint64_t waits_count_ = 0;
  std::string out_;
  std::shared_ptr<const ApiEvent> event_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tandem::workers

#endif  // TANDEM_WORKERS_RUNTIME_API_SESSION_H_
