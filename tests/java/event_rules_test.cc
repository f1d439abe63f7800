// Classes of the event library that the runtime treats in their own way: H-JAVA-77 to 88.

#include "java_runtime.h"
#include "tests/lib/covers.h"

namespace tandem::test {
namespace {

constexpr char kS3Event[] =
    R"({"Records":[{"awsRegion":"r","eventName":"e","eventSource":"s","eventTime":"1970-01-01T00:00:00.123Z",)"
    R"("eventVersion":"2","requestParameters":{"sourceIPAddress":"1"},)"
    R"("responseElements":{"x-amz-id-2":"a","x-amz-request-id":"b"},"s3":{"configurationId":"c","bucket":{"name":"n",)"
    R"("ownerIdentity":{"principalId":"p"},"arn":"a"},"object":{"key":"a+b%21","size":1,"eTag":"e","versionId":"v",)"
    R"("sequencer":"s"},"s3SchemaVersion":"1"},"userIdentity":{"principalId":"p"}}]})";

constexpr char kDynamoEvent[] =
    R"({"Records":[{"eventID":"1","eventSourceARN":"arn","dynamodb":{"ApproximateCreationDateTime":1428537600,)"
    R"("Keys":{"id":{"S":"k"}},"NewImage":{"n":{"N":"1"},"b":{"B":"AAEqQQ=="},"no":{"NULL":true},"t":{"BOOL":true},)"
    R"("ss":{"SS":["a"]},"ns":{"NS":["1"]},"bs":{"BS":["AAEqQQ=="]},"m":{"M":{"l":{"L":[{"S":"x"}]}}}},)"
    R"("OldImage":{"o":{"S":"v"}},"SequenceNumber":"4","SizeBytes":59,"StreamViewType":"KEYS_ONLY"}}]})";

constexpr char kKinesisEvent[] =
    R"({"Records":[{"kinesis":{"partitionKey":"k","data":"SGVsbG8=","approximateArrivalTimestamp":1428537600.5},)"
    R"("eventSource":"aws:kinesis","eventID":"1","invokeIdentityArn":"i","eventSourceARN":"arn"}]})";

// A method of events.Echoes, an event, and what its answer has in it.
struct EchoCase {
  const char* rules;
  const char* method;
  const char* event;
  std::vector<const char*> members;
};

std::ostream& operator<<(std::ostream& out, const EchoCase& row) {
  return out << row.rules << " " << row.method;
}

class Echoes : public ::testing::TestWithParam<EchoCase> {};

TEST_P(Echoes, ComeBackAndStayTheSame) {
  const EchoCase& row = GetParam();
  Function& function = JavaRuntime::Add(std::string("events.Echoes::") + row.method, "events");
  const Outcome first = Invoke(function, row.event).outcome;
  ASSERT_TRUE(first.ok()) << Show(first);
  const std::string shown(first.payload().view());
  for (const char* member : row.members) EXPECT_NE(shown.find(member), std::string::npos) << member << " in " << shown;
  EXPECT_EQ(Show(Invoke(function, shown).outcome), Ok(shown)) << "H-JAVA-88";
  Covers(row.rules, "H-JAVA-77", "H-JAVA-88");
}

INSTANTIATE_TEST_SUITE_P(
    Java, Echoes,
    ::testing::Values(
        EchoCase{"",
                 "apiRequest",
                 R"({"httpMethod":"GET","path":"/p","isBase64Encoded":true})",
                 {R"("httpMethod":"GET")", R"("isBase64Encoded":true)"}},
        EchoCase{"H-JAVA-87", "apiResponse", R"({"statusCode":201,"body":"b"})", {R"({"statusCode":201,"body":"b"})"}},
        EchoCase{"H-JAVA-81",
                 "cloudFormation",
                 R"({"RequestType":"Create","ResponseURL":"u","LogicalResourceId":"l","ResourceProperties":{"k":"v"}})",
                 {R"("RequestType":"Create")", R"("ResponseURL":"u")", R"("LogicalResourceId":"l")"}},
        EchoCase{"H-JAVA-79",
                 "cloudFront",
                 R"({"Records":[{"cf":{"config":{"distributionId":"D"}}}]})",
                 {R"("Records":[{"cf":{"config":{"distributionId":"D"}}}])"}},
        EchoCase{"H-JAVA-81", "logs", R"({"awslogs":{"data":"H4s="}})", {R"({"awslogs":{"data":"H4s="}})"}},
        EchoCase{"H-JAVA-79 H-JAVA-83",
                 "codeCommit",
                 R"({"Records":[{"eventSourceARN":"arn","eventTime":"2020-09-30T15:58:34.000Z"}]})",
                 {R"("Records":[)", R"("eventSourceARN":"arn")", R"("2020-09-30T15:58:34.000Z")"}},
        EchoCase{"",
                 "cognito",
                 R"({"region":"r","identityPoolId":"p","datasetRecords":{"k":{"op":"replace"}}})",
                 {R"("identityPoolId":"p")", R"("op":"replace")"}},
        EchoCase{"", "config", R"({"configRuleId":"i","eventLeftScope":true})", {R"("configRuleId":"i")"}},
        EchoCase{"H-JAVA-81",
                 "connect",
                 R"({"Details":{"ContactData":{"ContactId":"c","InstanceARN":"i","Queue":{"ARN":"q","Name":"n"}}}})",
                 {R"("Details":{"ContactData":{)", R"("InstanceARN":"i")", R"("Queue":{)", R"("ARN":"q")"}},
        EchoCase{
            "H-JAVA-80 H-JAVA-82",
            "dynamo",
            kDynamoEvent,
            {R"("ApproximateCreationDateTime":1.4285376E9)", R"("Keys":{"id":{"S":"k"}})", R"({"NULL":true})",
             R"({"L":[{"S":"x"}]})", R"({"BS":["AAEqQQ=="]})", R"("StreamViewType":"KEYS_ONLY")", R"("SizeBytes":59)"}},
        EchoCase{"H-JAVA-80", "dynamoWindow", kDynamoEvent, {R"("Keys":{"id":{"S":"k"}})"}},
        EchoCase{"", "button", R"({"serialNumber":"A","clickType":"SINGLE"})", {R"("clickType":"SINGLE")"}},
        EchoCase{"H-JAVA-79 H-JAVA-82",
                 "kinesis",
                 kKinesisEvent,
                 {R"("Records":[)", R"("eventSourceARN":"arn")", R"("approximateArrivalTimestamp":1.4285376005E9)"}},
        EchoCase{"", "kinesisWindow", kKinesisEvent, {R"("Records":[)", R"("partitionKey":"k")"}},
        EchoCase{"",
                 "firehose",
                 R"({"invocationId":"i","records":[{"recordId":"1","data":"SGVsbG8="}]})",
                 {R"("records":[)", R"("data":"SGVsbG8=")"}},
        EchoCase{"H-JAVA-83",
                 "destination",
                 R"({"version":"1.0","timestamp":"2019-11-24T21:52:47.333Z"})",
                 {R"("timestamp":"2019-11-24T21:52:47.333Z")"}},
        EchoCase{"", "lex", R"({"userId":"u","bot":{"name":"b"}})", {R"("bot":{"name":"b"})"}},
        EchoCase{"H-JAVA-81 H-JAVA-83",
                 "scheduled",
                 R"({"detail-type":"t","time":"2020-09-30T15:58:34Z"})",
                 {R"("detail-type":"t")", R"("2020-09-30T15:58:34.000Z")"}},
        EchoCase{"H-JAVA-81",
                 "rotation",
                 R"({"Step":"s","SecretId":"i","ClientRequestToken":"t","RotationToken":"r"})",
                 {R"("Step":"s")", R"("SecretId":"i")", R"("ClientRequestToken":"t")", R"("RotationToken":"r")"}},
        EchoCase{"H-JAVA-85",
                 "s3",
                 kS3Event,
                 {R"("x-amz-id-2":"a")", R"("x-amz-request-id":"b")", R"("urlDecodedKey":"a b!")"}},
        EchoCase{"H-JAVA-85", "s3Notification", kS3Event, {R"("urlDecodedKey":"a b!")"}},
        EchoCase{"H-JAVA-85",
                 "s3OfTheSdk",
                 kS3Event,
                 {R"("x-amz-id-2":"a")", R"("x-amz-request-id":"b")", R"("urlDecodedKey":"a b!")"}},
        EchoCase{"H-JAVA-79 H-JAVA-81",
                 "sns",
                 R"({"Records":[{"EventSource":"s","Sns":{"TopicArn":"t"}}]})",
                 {R"("EventSource":"s")", R"("Sns":{)", R"("TopicArn":"t")"}},
        EchoCase{"H-JAVA-79",
                 "sqs",
                 R"({"Records":[{"body":"b","eventSourceARN":"arn"}]})",
                 {R"("body":"b")", R"("eventSourceARN":"arn")"}}),
    [](const ::testing::TestParamInfo<EchoCase>& tested) { return std::string(tested.param.method); });

TEST(EventDates, HJAVA82ZeroIsNone) {
  Function& function = JavaRuntime::Add("events.Echoes::dynamo", "events");
  const std::string shown =
      Show(Invoke(function, R"({"Records":[{"dynamodb":{"ApproximateCreationDateTime":0,"SizeBytes":1}}]})").outcome);
  EXPECT_NE(shown.find(R"("SizeBytes":1)"), std::string::npos) << shown;
  EXPECT_EQ(shown.find("ApproximateCreationDateTime"), std::string::npos) << shown;
  Covers("H-JAVA-82");
}

}  // namespace
}  // namespace tandem::test
