package io.mamparo.model;

import org.jspecify.annotations.Nullable;

/**
 * What holds for all services of the mesh.
 *
 * @param zone where Mamparo runs; endpoints there are preferred
 * @param authorization what happens to calls that no {@code allow} lets through
 * @param accessLog what is written of requests; absent when switched off
 * @param jwt which tokens are good; absent means none
 */
public record MeshSpec(
    @Nullable String zone,
    Authorization authorization,
    @Nullable AccessLog accessLog,
    @Nullable Jwt jwt) {
  /** No zone, everybody may call everybody, no access log. */
  public static final MeshSpec DEFAULT = new MeshSpec(null, Authorization.OFF, null, null);

  /**
   * Which tokens are good.
   *
   * @param jwks path of a file (absolute) or URL of the keys
   * @param issuer absent means any
   * @param audience absent means any
   */
  public record Jwt(String jwks, @Nullable String issuer, @Nullable String audience) {}

  /** What happens to calls that no rule allows. */
  public enum Authorization {
    /** They go on. */
    OFF,
    /** They go on, and are counted and shown. */
    DRY_RUN,
    /** They are refused. */
    ON
  }

  /**
   * What is written of requests.
   *
   * @param format of a line
   * @param share of the requests that succeeded; failures are always written
   */
  public record AccessLog(Format format, Percentage share) {
    /** How a line is written. */
    public enum Format {
      /** One JSON object. */
      JSON,
      /** For people. */
      TEXT
    }

    public AccessLog {
      Require.that(share.millionths() <= 1_000_000, "share is at most 100%");
    }
  }
}
