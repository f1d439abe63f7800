package tandem.bridge;

import com.amazonaws.lambda.thirdparty.com.google.gson.annotations.SerializedName;
import com.amazonaws.services.lambda.runtime.Client;
import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.serialization.factories.GsonFactory;
import java.util.Map;

/** The client context and the identity as a mobile client sends them (C-22, C-23). */
final class ClientData implements ClientContext {
  private Device client;
  private Map<String, String> custom;
  private Map<String, String> env;

  static ClientContext parseContext(String json) {
    return GsonFactory.getInstance().getSerializer(ClientData.class).fromJson(json);
  }

  static CognitoIdentity parseIdentity(String json) {
    return GsonFactory.getInstance().getSerializer(Identity.class).fromJson(json);
  }

  boolean isAndroid() {
    return env != null && "Android".equalsIgnoreCase(env.get("platform"));
  }

  @Override
  public Client getClient() {
    return client;
  }

  @Override
  public Map<String, String> getCustom() {
    return custom;
  }

  @Override
  public Map<String, String> getEnvironment() {
    return env;
  }

  /** The application that the event came from. */
  private static final class Device implements Client {
    @SerializedName("installation_id")
    private String installationId;

    @SerializedName("app_title")
    private String appTitle;

    @SerializedName("app_version_name")
    private String appVersionName;

    @SerializedName("app_version_code")
    private String appVersionCode;

    @SerializedName("app_package_name")
    private String appPackageName;

    @Override
    public String getInstallationId() {
      return installationId;
    }

    @Override
    public String getAppTitle() {
      return appTitle;
    }

    @Override
    public String getAppVersionName() {
      return appVersionName;
    }

    @Override
    public String getAppVersionCode() {
      return appVersionCode;
    }

    @Override
    public String getAppPackageName() {
      return appPackageName;
    }
  }

  /** Who the caller is. */
  private static final class Identity implements CognitoIdentity {
    @SerializedName(value = "cognitoIdentityId", alternate = "identityId")
    private String id;

    @SerializedName(value = "cognitoIdentityPoolId", alternate = "identityPoolId")
    private String poolId;

    @Override
    public String getIdentityId() {
      return id;
    }

    @Override
    public String getIdentityPoolId() {
      return poolId;
    }
  }
}
