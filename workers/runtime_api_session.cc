#include "workers/runtime_api_session.h"

#include <sys/socket.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <new>
#include <utility>

namespace tandem::workers {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;

constexpr std::size_t kReadSize = std::size_t{64} << 10;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Whether the peer has closed a connection on which nothing is read.
bool HasEnded(int fd) {
  char byte = 0;
  const ssize_t count = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

bool IsOutOfMemory(const boost::beast::error_code& error) {
  return error == boost::system::errc::not_enough_memory;
}

// Whether the connection ended, rather than that it brought what is no HTTP.
bool IsEnd(const boost::beast::error_code& error) {
  return error == http::error::end_of_stream || error == http::error::partial_message ||
         error.category() == boost::system::system_category() || error.category() == asio::error::get_misc_category();
}

}  // namespace

RuntimeApiSession::RuntimeApiSession(asio::ip::tcp::socket socket, RuntimeApiExchange& exchange,
                                     std::function<void(RuntimeApiSession*)> closed)
    : socket_(std::move(socket)),
      exchange_(exchange),
      closed_(std::move(closed)),
      buffer_(RuntimeApi::kLargestHead + kReadSize) {}

RuntimeApiSession::~RuntimeApiSession() {
  EndAccepted(Outcome::OutOfMemory());  // what else leaves one half done
}

void RuntimeApiSession::Close() {
  if (stage_ == Stage::kClosed) return;
  stage_ = Stage::kClosed;
  ErrorCode ignored;
  static_cast<void>(socket_.close(ignored));
  EndAccepted(TruncatedOutcome());
  closed_(this);
}

// --- a request

void RuntimeApiSession::ReadRequest() {
  if (buffer_.capacity() > 2 * kReadSize) buffer_.shrink_to_fit();
  stage_ = Stage::kReading;
  refusal_.reset();
  streams_ = false;
  request_.emplace();
  http::async_read_header(socket_, buffer_, *request_,
                          [self = shared_from_this()](ErrorCode error, std::size_t) { self->HeadRead(error); });
}

void RuntimeApiSession::HeadRead(ErrorCode error) {
  if (stage_ == Stage::kClosed) return;
  last_active_ = Clock::now();
  if (error) {
    if (IsOutOfMemory(error) || IsEnd(error)) return Close();
    closes_ = true;
    return Send(error == http::error::header_limit || error == http::error::buffer_overflow ? HeadTooLargeReply()
                                                                                            : BadRequestReply());
  }
  closes_ = request_->closes();
  Guarded([this] {
    refusal_ = Admit();
    if (!request_->expects_continue()) return ReadBody();
    if (!refusal_) return SendContinue();
    closes_ = true;
    Send(*refusal_);
  });
}

// what runs out of memory is answered, once there is some again.
template <typename Work>
void RuntimeApiSession::Guarded(const Work& work) {
  try {
    work();
  } catch (const std::bad_alloc&) {
    BodyFailed(make_error_code(boost::system::errc::not_enough_memory));
  }
}

// What can be said before the body is read: whether there is such a path, and whether the state allows it.
std::optional<ApiReply> RuntimeApiSession::Admit() {
  route_ = RouteOf(request_->target());
  if (request_->is_foreign()) return ForeignReply();
  if (route_.kind == ApiRoute::Kind::kUnknown) return NotFoundReply();
  if (request_->method() != MethodOf(route_.kind)) return MethodReply(MethodOf(route_.kind));
  if (route_.kind == ApiRoute::Kind::kPing || route_.kind == ApiRoute::Kind::kNext) return {};
  if (route_.kind != ApiRoute::Kind::kInitError) return AdmitPost();
  if (auto refusal = exchange_.BeginInitError()) return refusal;
  accepted_ = Accepted::kInitError;
  request_->KeepBody();
  return {};
}

std::optional<ApiReply> RuntimeApiSession::AdmitPost() {
  const bool is_response = route_.kind == ApiRoute::Kind::kResponse;
  const auto post = exchange_.BeginPost(
      route_.request_id, is_response ? RuntimeApiExchange::Report::kResponse : RuntimeApiExchange::Report::kError);
  if (post.refusal) return post.refusal;
  accepted_ = Accepted::kPost;
  took_part_ = true;
  number_ = post.number;
  const std::string& mode = request_->response_mode();
  if (is_response && !mode.empty() && mode != "streaming") {
    EndAccepted(ResponseModeOutcome());
    return ResponseModeReply();
  }
  streams_ = is_response && !mode.empty() && post.has_receiver;
  request_->KeepBody();
  return {};
}

void RuntimeApiSession::SendContinue() {
  asio::async_write(socket_, asio::buffer(kContinue.data(), kContinue.size()),
                    [self = shared_from_this()](ErrorCode error, std::size_t) {
                      if (error) return self->Close();
                      self->ReadBody();
                    });
}

void RuntimeApiSession::ReadBody() {
  if (stage_ == Stage::kClosed) return;
  if (request_->is_done()) return BodyEnded();
  buffer_.reserve(kReadSize);  // a read is as long as the buffer's free space
  http::async_read_some(socket_, buffer_, *request_,
                        [self = shared_from_this()](ErrorCode error, std::size_t) { self->BodyRead(error); });
}

void RuntimeApiSession::BodyRead(ErrorCode error) {
  if (stage_ == Stage::kClosed) return;
  if (error) return BodyFailed(error);
  Guarded([this] {
    if (TakeBodyPart()) ReadBody();
  });
}

// Whether to go on reading at once.
bool RuntimeApiSession::TakeBodyPart() {
  if (accepted_ == Accepted::kNothing) {
    if (request_->received() <= kMostDropped) return true;
    closes_ = true;
    Send(refusal_.value_or(BadRequestReply()));
    return false;
  }
  if (streams_) {
    exchange_.AddChunk(number_, request_->TakeBody());
    if (exchange_.HasRoom()) return true;
    stage_ = Stage::kPaused;
    return false;
  }
  if (request_->kept() <= RuntimeApi::kLargestBody) return true;
  request_->DropBody();
  EndAccepted(TooLargeOutcome());
  refusal_ = TooLargeReply();
  return true;
}

void RuntimeApiSession::Resume() {
  if (stage_ != Stage::kPaused || !exchange_.HasRoom()) return;
  stage_ = Stage::kReading;
  ReadBody();
}

// R-13; what is neither the body's end nor its beginning is no HTTP.
void RuntimeApiSession::BodyFailed(ErrorCode error) {
  const bool out_of_memory = IsOutOfMemory(error);
  EndAccepted(out_of_memory ? Outcome::OutOfMemory() : TruncatedOutcome());
  closes_ = true;
  if (out_of_memory) return Send(InternalReply());
  Send(IsEnd(error) ? TruncatedReply() : BadRequestReply());
}

void RuntimeApiSession::BodyEnded() {
  if (refusal_) return Send(*refusal_);
  Answer();
}

// --- its answer

void RuntimeApiSession::Answer() {
  switch (route_.kind) {
    case ApiRoute::Kind::kNext:
      return AnswerNext();
    case ApiRoute::Kind::kPing:
      return Send(PongReply());
    default:
      return Send(EndAccepted(PostedOutcome()) ? AcceptedReply() : RequestIdReply());
  }
}

Outcome RuntimeApiSession::PostedOutcome() {
  if (route_.kind != ApiRoute::Kind::kResponse) {
    return ReportedOutcome(request_->TakeBody(), request_->error_type(), request_->content_type());
  }
  if (!request_->trailed_error_type().empty()) {
    return TrailedOutcome(request_->trailed_error_type(), request_->trailed_error_body());
  }
  return Outcome::Success(PayloadOf(request_->TakeBody()), request_->content_type());
}

// Whether somebody still waited for it.
bool RuntimeApiSession::EndAccepted(Outcome outcome) {
  switch (std::exchange(accepted_, Accepted::kNothing)) {
    case Accepted::kInitError:
      exchange_.EndInitError(std::move(outcome));
      return true;
    case Accepted::kPost:
      return exchange_.EndPost(number_, std::move(outcome));
    default:
      return false;
  }
}

void RuntimeApiSession::AnswerNext() {
  auto next = exchange_.AskNext();
  if (next.refusal) return Send(*next.refusal);
  if (next.event) return Give(std::move(next.event));
  Wait();
}

void RuntimeApiSession::Wait() {
  stage_ = Stage::kWaiting;
  ++waits_count_;
  WatchWaiting();
}

// A client that has gone must not be given the event.
void RuntimeApiSession::WatchWaiting() {
  socket_.async_wait(asio::ip::tcp::socket::wait_read, [self = shared_from_this(), count = waits_count_](ErrorCode) {
    if (self->waits() && self->waits_count_ == count) self->CloseIfGone();
  });
}

bool RuntimeApiSession::CloseIfGone() {
  if (!HasEnded(socket_.native_handle())) return false;
  Close();
  return true;
}

void RuntimeApiSession::Give(std::shared_ptr<const ApiEvent> event) {
  stage_ = Stage::kWriting;
  took_part_ = true;
  event_ = std::move(event);
  const std::string_view end = closes_ ? "Connection: close\r\n\r\n" : "\r\n";
  const std::array<asio::const_buffer, 3> parts = {asio::buffer(event_->head), asio::buffer(end.data(), end.size()),
                                                   asio::buffer(event_->payload.data(), event_->payload.size())};
  asio::async_write(socket_, parts, [self = shared_from_this()](ErrorCode error, std::size_t) { self->Sent(error); });
}

void RuntimeApiSession::Send(const ApiReply& reply) {
  stage_ = Stage::kWriting;
  out_ = ReplyHead(reply, closes_) + reply.body;
  asio::async_write(socket_, asio::buffer(out_),
                    [self = shared_from_this()](ErrorCode error, std::size_t) { self->Sent(error); });
}

void RuntimeApiSession::Sent(ErrorCode error) {
  event_.reset();
  if (stage_ == Stage::kClosed) return;
  if (error) return Close();
  if (!closes_) return ReadRequest();
  static_cast<void>(socket_.shutdown(asio::ip::tcp::socket::shutdown_send, error));
  stage_ = Stage::kLeaving;
  Leave();
}

// Reads what the client has still sent, since closing before that would take the answer from it.
void RuntimeApiSession::Leave() {
  buffer_.clear();
  socket_.async_read_some(buffer_.prepare(kReadSize), [self = shared_from_this()](ErrorCode error, std::size_t size) {
    self->dropped_ += size;
    if (error || self->dropped_ > kMostDropped) return self->Close();
    self->Leave();
  });
}

}  // namespace tandem::workers
