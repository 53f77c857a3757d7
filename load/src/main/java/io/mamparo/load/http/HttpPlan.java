package io.mamparo.load.http;

import io.mamparo.load.HttpLoad;
import io.mamparo.load.HttpRequest;
import io.mamparo.load.run.Connections;
import io.mamparo.load.run.Plan;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Turns an HTTP load into a plan. No state. */
public final class HttpPlan {
  private HttpPlan() {}

  /** The plan; opens nothing yet. */
  public static Plan of(HttpLoad load) {
    List<RequestBytes> requests = RequestBytes.all(load.requests(), load.base());
    SSLSocketFactory tls = load.base().getScheme().equals("https") ? tls(load.insecure()) : null;
    Connections connections = new Connections();
    return new Plan(
        load.name(),
        "http",
        load.pace(),
        load.timeout(),
        load.maxInFlight(),
        load.requests().stream().map(HttpRequest::name).toList(),
        load.requests().stream().map(HttpRequest::weight).toList(),
        () -> new HttpLane(load, requests, tls, connections),
        connections);
  }

  private static SSLSocketFactory tls(boolean insecure) {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, insecure ? new TrustManager[] {new TrustAll()} : null, null);
      return context.getSocketFactory();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no TLS", e);
    }
  }

  /** For servers with a certificate nobody signed, when the user asked for it. */
  private static final class TrustAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate @Nullable [] chain, @Nullable String type) {}

    @Override
    public void checkServerTrusted(X509Certificate @Nullable [] chain, @Nullable String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
