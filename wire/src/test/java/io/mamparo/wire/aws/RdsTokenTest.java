package io.mamparo.wire.aws;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A token that the AWS CLI made. */
class RdsTokenTest {
  private static final String TOKEN =
      "localhost:6432/?Action=connect&DBUser=alice&X-Amz-Algorithm=AWS4-HMAC-SHA256"
          + "&X-Amz-Credential=AKIAMAMPAROEXAMPLE12%2F20261127%2Feu-west-1%2Frds-db%2Faws4_request"
          + "&X-Amz-Date=20261127T144824Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
          + "&X-Amz-Signature=67dc0e662252da0a266f15892db2e3bb386853217fac3b21d649452f70fcb3b6";
  private static final Instant MADE = Instant.parse("2026-11-27T14:48:24Z");

  private static @Nullable String refusal(String token, String user, String secret, Instant now) {
    return RdsToken.refusal(
        token,
        user,
        "localhost:6432"::equals,
        id -> id.equals("AKIAMAMPAROEXAMPLE12") ? secret : null,
        now);
  }

  @Test
  void token_ofTheAwsCli_letsItsUserIn_forAQuarterOfAnHour() {
    String secret = "secret/of+40=characters";
    assertNull(refusal(TOKEN, "alice", secret, MADE));
    assertNull(refusal(TOKEN, "alice", secret, MADE.plusSeconds(900)));
    assertEquals(
        "the token has expired; make another one",
        refusal(TOKEN, "alice", secret, MADE.plusSeconds(901)));
    assertNotNull(refusal(TOKEN, "alice", secret, MADE.minusSeconds(301)));
  }

  @Test
  void token_letsNobodyElseIn() {
    String secret = "secret/of+40=characters";
    assertEquals("the token was made for another user", refusal(TOKEN, "bob", secret, MADE));
    assertEquals(
        "its access key or signature is not right", refusal(TOKEN, "alice", "other", MADE));
    for (String[] change :
        new String[][] {
          {"alice", "bob"},
          {"localhost:6432/", "localhost:6433/"},
          {"Expires=900", "Expires=901"},
          {"Expires=900", "Expires=899"},
          {"EXAMPLE12", "EXAMPLE13"},
          {"rds-db", "rds"},
          {"cb3b6", "cb3b7"},
          {"fcb3b6", ""},
          {"=host", "=host%3Bx"},
          {"eu-west-1", "eu-west-2"},
          {"/?Action", "Action"}
        }) {
      String changed = TOKEN.replace(change[0], change[1]);
      assertNotNull(
          refusal(changed, change[0].equals("alice") ? "bob" : "alice", secret, MADE), changed);
    }
    assertNotNull(refusal("", "alice", secret, MADE));
    assertNotNull(refusal("x".repeat(9_000), "alice", secret, MADE));
  }
}
