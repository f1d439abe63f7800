// Whether the log's last line is open, whoever has written it.
#ifndef TANDEM_CLI_LOG_LINE_H_
#define TANDEM_CLI_LOG_LINE_H_

namespace tandem::cli {

// Whether the last byte that this process has written to descriptor 1 or 2 ends no line. It knows what goes through
// write(): os.write, Java's file streams and this command's own output; not C's stdio, nor what child processes write.
// Threads: any.
bool LogLineIsOpen();

}  // namespace tandem::cli

#endif  // TANDEM_CLI_LOG_LINE_H_
