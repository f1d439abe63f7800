/* Functions of template.yaml, with the native loader. */
#include <stddef.h>

#include "cases.h"
#include "expect.h"
#include "native.h"

#define WRONG TANDEM_CODE_INVALID_ARGUMENT

static tandem_template_options Template(const char* function) {
  tandem_template_options options = tandem_template_defaults();
  options.path = tandem_text(TANDEM_TEST_TEMPLATE);
  options.function = tandem_text(function);
  return options;
}

/* What the template cannot say of this loader. */
static tandem_load_options Native(void) {
  tandem_load_options options = tandem_load_defaults();
  options.runtime = tandem_text("native1");
  return options;
}

static tandem_loaded_function* Load(tandem_runtime* runtime, const tandem_template_options* template_options,
                                    const tandem_load_options* options) {
  tandem_loaded_function* function = NULL;
  EXPECT_SUCCESS(tandem_load_from_template(runtime, template_options, options, &function));
  return function;
}

void LoadsWhatATemplateSays(void) {
  tandem_runtime* const runtime = OpenNative();
  const tandem_template_options template_options = Template("Context");
  const tandem_load_options options = Native();
  tandem_loaded_function* const function = Load(runtime, &template_options, &options);
  tandem_outcome* const outcome = Invoke(function, "{}");
  EXPECT_TEXT(tandem_load_warning(function), "");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"function_name\": \"told\"");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"memory\": \"256\"");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

void OptionsGoBeforeTheTemplate(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_template_options template_options = Template("told");
  tandem_load_options options = Native();
  tandem_outcome* outcome;
  options.name = tandem_text("renamed");
  options.memory_size_mb = 512;
  outcome = Invoke(Load(runtime, &template_options, &options), "{}");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"function_name\": \"renamed\"");
  EXPECT_PART(tandem_outcome_payload(outcome), "\"memory\": \"512\"");
  tandem_outcome_free(outcome);

  template_options = Template("Unresolved");
  options = Native();
  options.timeout_ms = TANDEM_NO_TIMEOUT;
  outcome = Invoke(Load(runtime, &template_options, &options), "{\"a\": 1}");
  EXPECT_TEXT(tandem_outcome_payload(outcome), "{\"a\": 1}");
  tandem_outcome_free(outcome);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

static void ExpectVariable(tandem_loaded_function* function, const char* name, const char* value) {
  tandem_outcome* const outcome = Invoke(function, name);
  EXPECT_TEXT(tandem_outcome_payload(outcome), value);
  tandem_outcome_free(outcome);
}

void VariablesOfATemplateAreTheWorkers(void) {
  tandem_runtime* const runtime = OpenNative();
  tandem_template_options template_options = Template("Variable");
  tandem_load_options options = Native();
  tandem_variable parameter;
  tandem_variable variable;
  tandem_loaded_function* function = NULL;
  parameter.name = tandem_text("Greeting");
  parameter.value = tandem_text("good day");
  variable.name = tandem_text("OTHER");
  variable.value = tandem_text("the caller's");
  template_options.parameters = &parameter;
  template_options.parameters_size = 1;
  template_options.region = tandem_text("eu-west-1");
  function = Load(runtime, &template_options, &options);
  EXPECT_PART(tandem_load_warning(function), "variables are ignored inline");

  options.isolation = TANDEM_ISOLATION_PROCESS;
  options.variables = &variable;
  options.variables_size = 1;
  function = Load(runtime, &template_options, &options);
  EXPECT_TEXT(tandem_load_warning(function), "");
  ExpectVariable(function, "GREETING", "good day from eu-west-1");
  ExpectVariable(function, "OTHER", "the caller's");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

static void ExpectTemplateRefused(const tandem_template_options* template_options, int line, int32_t code,
                                  const char* part) {
  tandem_runtime* const runtime = OpenNative();
  const tandem_load_options options = Native();
  tandem_loaded_function* function = NULL;
  ExpectFailure(__FILE__, line, "tandem_load_from_template",
                tandem_load_from_template(runtime, template_options, &options, &function), code, part);
  EXPECT(function == NULL);
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
}

#define REFUSED_TEMPLATE(change, code, part)                   \
  do {                                                         \
    tandem_template_options options = Template("Context");     \
    change;                                                    \
    ExpectTemplateRefused(&options, __LINE__, (code), (part)); \
  } while (0)

void RefusesWrongTemplateOptions(void) {
  tandem_runtime* const runtime = OpenNative();
  const tandem_template_options context = Template("Context");
  tandem_load_options unset = Native();
  tandem_variable unknown;
  tandem_loaded_function* function = NULL;
  unknown.name = tandem_text("Unknown");
  unknown.value = tandem_text("1");
  unset.struct_size = 1;
  EXPECT_FAILURE(tandem_load_from_template(NULL, &context, NULL, &function), WRONG, "runtime is NULL");
  EXPECT_FAILURE(tandem_load_from_template(runtime, NULL, NULL, &function), WRONG, "template_options is NULL");
  EXPECT_FAILURE(tandem_load_from_template(runtime, &context, NULL, NULL), WRONG, "function is NULL");
  EXPECT_FAILURE(tandem_load_from_template(runtime, &context, &unset, &function), WRONG,
                 "tandem_load_from_template: options.struct_size is not set");
  EXPECT_SUCCESS(tandem_runtime_close(runtime));
  REFUSED_TEMPLATE(options.struct_size = 1, WRONG, "template_options.struct_size is not set");
  REFUSED_TEMPLATE(options.path = tandem_text(""), WRONG, "template_options.path is empty");
  REFUSED_TEMPLATE(options.path = tandem_text("/nowhere.yaml"), TANDEM_CODE_NOT_FOUND, "/nowhere.yaml");
  REFUSED_TEMPLATE(options.function = tandem_text(""), WRONG, "has several functions, so name one: Context, Variable");
  REFUSED_TEMPLATE(options.function = tandem_text("Contekst"), TANDEM_CODE_NOT_FOUND, "has no function 'Contekst'");
  REFUSED_TEMPLATE(options.function = tandem_text("Unresolved"), WRONG, "Timeout");
  REFUSED_TEMPLATE(options.parameters_size = 1, WRONG, "template_options.parameters has a size and is NULL");
  REFUSED_TEMPLATE((options.parameters = &unknown, options.parameters_size = 1), WRONG, "Unknown");
  REFUSED_TEMPLATE(options.package_dirs_size = 1, WRONG, "template_options.package_dirs has a size and is NULL");
}
