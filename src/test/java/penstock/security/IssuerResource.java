package penstock.security;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.util.HashMap;
import java.util.Map;

/**
 * Has the application under test ask who calls, and gives it an issuer:
 * {@code @WithTestResource(IssuerResource.class)}, with {@code mode} = {@code jwt} (the default) or
 * {@code oidc}. A field of type {@link TestIssuer} of the test is set to it.
 */
public final class IssuerResource implements QuarkusTestResourceLifecycleManager {

  private TestIssuer issuer;
  private String mode = "jwt";

  @Override
  public void init(Map<String, String> args) {
    mode = args.getOrDefault("mode", "jwt");
  }

  @Override
  public Map<String, String> start() {
    issuer = new TestIssuer();
    var settings = new HashMap<String, String>();
    settings.put("penstock.auth.mode", mode);
    settings.put("quarkus.http.host", "localhost");
    if (mode.equals("oidc")) {
      settings.put("quarkus.oidc.auth-server-url", issuer.url());
      settings.put("quarkus.oidc.token.audience", TestIssuer.AUDIENCE);
    } else {
      settings.put("mp.jwt.verify.publickey.location", issuer.jwksUrl());
      settings.put("mp.jwt.verify.issuer", issuer.url());
      settings.put("mp.jwt.verify.audiences", TestIssuer.AUDIENCE);
      settings.put("penstock.auth.keys.retry", "50ms");
    }
    return settings;
  }

  @Override
  public void inject(TestInjector injector) {
    injector.injectIntoFields(issuer, new TestInjector.MatchesType(TestIssuer.class));
  }

  @Override
  public void stop() {
    issuer.close();
  }
}
