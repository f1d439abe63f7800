package tandem;

import java.util.Objects;

/**
 * What an invocation's context has. Empty texts are absent.
 *
 * @param requestId at most 63 bytes without control characters; empty: a new one
 * @param clientContext JSON
 * @param cognitoIdentity JSON with cognitoIdentityId and cognitoIdentityPoolId
 * @param traceId the trace header
 * @param tenantId the tenant
 * @param qualifier ends up in the invoked ARN
 */
public record InvokeOptions(
    String requestId, String clientContext, String cognitoIdentity, String traceId, String tenantId, String qualifier) {
  /** None of it. */
  public static final InvokeOptions NONE = new InvokeOptions("", "", "", "", "", "");

  public InvokeOptions {
    Objects.requireNonNull(requestId, "requestId");
    Objects.requireNonNull(clientContext, "clientContext");
    Objects.requireNonNull(cognitoIdentity, "cognitoIdentity");
    Objects.requireNonNull(traceId, "traceId");
    Objects.requireNonNull(tenantId, "tenantId");
    Objects.requireNonNull(qualifier, "qualifier");
    if (requestId.chars().anyMatch(Character::isISOControl)) {
      throw new IllegalArgumentException("requestId: it has a control character");
    }
  }

  /** These options with another request id. */
  public InvokeOptions withRequestId(String id) {
    return new InvokeOptions(id, clientContext, cognitoIdentity, traceId, tenantId, qualifier);
  }
}
