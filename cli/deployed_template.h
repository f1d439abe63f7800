// DeployedTemplate: the functions of a template, on a server of this process.
#ifndef TANDEM_CLI_DEPLOYED_TEMPLATE_H_
#define TANDEM_CLI_DEPLOYED_TEMPLATE_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "host/server.h"
#include "options.h"
#include "tandem/status.h"
#include "templates/template.h"

namespace tandem::cli {

// Deploys each function of a template, and deploys it again when what it is made of has changed and stays as it is for
// a moment: the template, its code or its layers. What cannot be deployed is said in one line, and stays as it was. A
// function that the template has no more stays, too.
//
// Threads: one calls; another of its own looks for changes. Lifetime: the server must outlive it.
class DeployedTemplate {
 public:
  using Say = std::function<void(const std::string& line)>;

  // With the options --template and --parameter.
  DeployedTemplate(const ParsedOptions& options, host::Server& server, Say say)
      : options_(options), server_(server), say_(std::move(say)) {}
  ~DeployedTemplate();
  DeployedTemplate(const DeployedTemplate&) = delete;
  DeployedTemplate& operator=(const DeployedTemplate&) = delete;

  // Deploys all. Errors: as OpenTemplate, where the template is none.
  Status Deploy();
  // From now on changes are deployed. Errors: kInternal.
  Status Watch();

 private:
  // What a function is made of, as far as files tell without being read: equal for equal files.
  using State = std::string;

  Status Load();
  void DeployChanged();
  void DeployOne(const templates::TemplateFunction& function);
  State StateOfAll() const;
  // The same as it was before what is deployed was read, so that what has changed since then is different.
  State DeployedState() const;
  void Run();

  const ParsedOptions options_;
  host::Server& server_;
  const Say say_;
  templates::Template template_;
  State template_state_;
  std::map<std::string, State> deployed_;  // by logical id

  std::mutex mutex_;
  std::condition_variable changed_;
  bool ends_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tandem::cli

#endif  // TANDEM_CLI_DEPLOYED_TEMPLATE_H_
