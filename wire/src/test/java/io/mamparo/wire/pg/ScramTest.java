package io.mamparo.wire.pg;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Base64;
import org.junit.jupiter.api.Test;

/** The dialogue of RFC 7677, section 3, and what must fail. */
class ScramTest {
  private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
  private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
  private static final byte[] SALT = Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
  private static final String SERVER_FIRST =
      "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
  private static final String CLIENT_LAST =
      "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
          + "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
  private static final String SERVER_LAST = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

  private final ScramKeys keys = ScramKeys.derive("pencil".toCharArray(), SALT, 4096);

  @Test
  void client_speaksTheDialogueOfTheRfc() {
    ScramClient client = new ScramClient("user", CLIENT_NONCE);
    assertEquals("n,,n=user,r=rOprNGfwEbeRWgbNEkqO", client.first());
    ScramClient.Challenge challenge = client.challenge(SERVER_FIRST);
    assertEquals(4096, challenge.iterations());
    assertEquals(CLIENT_LAST, client.last(keys));
    client.verify(SERVER_LAST);
  }

  @Test
  void server_speaksTheDialogueOfTheRfc() {
    ScramServer server = new ScramServer(keys, true, SERVER_NONCE);
    assertEquals(SERVER_FIRST, server.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO"));
    assertEquals(SERVER_LAST, server.last(CLIENT_LAST));
  }

  @Test
  void server_refusesAWrongPassword() {
    ScramKeys wrong = ScramKeys.derive("pencil ".toCharArray(), SALT, 4096);
    ScramClient client = new ScramClient("", CLIENT_NONCE);
    ScramServer server = new ScramServer(keys, true, SERVER_NONCE);
    client.challenge(server.first(client.first()));
    assertNull(server.last(client.last(wrong)));
  }

  @Test
  void server_refusesAnUnknownUserEvenWithTheStandInsPassword() {
    ScramServer server = new ScramServer(keys, false, SERVER_NONCE);
    server.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assertNull(server.last(CLIENT_LAST));
  }

  @Test
  void server_refusesChannelBindingAndWhatIsMalformed() {
    for (String first :
        new String[] {"", "n", "n,,", "p=tls-unique,,n=,r=x", "n,a=b,n=,r=x", "q,,r=x"}) {
      ScramServer server = new ScramServer(keys, true, SERVER_NONCE);
      assertThrows(ProtocolViolation.class, () -> server.first(first), first);
    }
    ScramServer server = new ScramServer(keys, true, SERVER_NONCE);
    server.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    for (String last :
        new String[] {"", "c=biws", "c=biws,r=other,p=AAAA", "c=eSws,r=x,p=", CLIENT_LAST + "!"}) {
      assertThrows(ProtocolViolation.class, () -> server.last(last), last);
    }
  }

  @Test
  void bothEnds_bindToTheChannel_andNoticeAnotherOne() {
    byte[] here = {1, 2, 3};
    assertNotNull(bound(here, here));
    assertThrows(ProtocolViolation.class, () -> bound(here, new byte[] {1, 2, 4}));
  }

  private @org.jspecify.annotations.Nullable String bound(byte[] atClient, byte[] atServer) {
    ScramClient client = new ScramClient("", CLIENT_NONCE, true, atClient);
    assertEquals(ScramClient.MECHANISM_PLUS, client.mechanism());
    ScramServer server = new ScramServer(keys, true, SERVER_NONCE, client.mechanism(), atServer);
    client.challenge(server.first(client.first()));
    String proof = server.last(client.last(keys));
    if (proof != null) {
      client.verify(proof);
    }
    return proof;
  }

  @Test
  void server_noticesThatItsOfferOfChannelBindingWasTakenAway() {
    ScramClient client = new ScramClient("", CLIENT_NONCE, false, new byte[] {1});
    assertEquals("y,,", client.first().substring(0, 3));
    ScramServer offered =
        new ScramServer(keys, true, SERVER_NONCE, ScramClient.MECHANISM, new byte[] {1});
    assertThrows(ProtocolViolation.class, () -> offered.first(client.first()));
    ScramServer notOffered = new ScramServer(keys, true, SERVER_NONCE);
    client.challenge(notOffered.first(client.first()));
    assertNotNull(notOffered.last(client.last(keys)));
  }

  @Test
  void verifier_checksAClient_andTheClientsProofLetsOneLogInAsIt() {
    // What PostgreSQL keeps for the RFC's password.
    String verifier =
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$"
            + "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
            + "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=";
    ScramKeys known = ScramKeys.ofVerifier(verifier);
    assertFalse(known.canProve());
    ScramServer server = new ScramServer(known, true, SERVER_NONCE);
    server.first("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
    assertEquals(SERVER_LAST, server.last(CLIENT_LAST));
    ScramKeys learnt = java.util.Objects.requireNonNull(server.proven());
    ScramClient onwards = new ScramClient("user", CLIENT_NONCE);
    onwards.challenge(SERVER_FIRST);
    assertEquals(CLIENT_LAST, onwards.last(learnt));
    assertThrows(IllegalArgumentException.class, () -> ScramKeys.ofVerifier("md5abc"));
  }

  @Test
  void client_refusesAServerThatDoesNotKnowThePassword() {
    ScramClient client = new ScramClient("user", CLIENT_NONCE);
    client.challenge(SERVER_FIRST);
    client.last(keys);
    assertThrows(
        ProtocolViolation.class,
        () -> client.verify("v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
  }

  @Test
  void client_refusesAForeignNonceAndEndlessIterations() {
    ScramClient client = new ScramClient("user", CLIENT_NONCE);
    assertThrows(ProtocolViolation.class, () -> client.challenge("r=foreign,s=W22ZaA==,i=4096"));
    assertThrows(
        ProtocolViolation.class, () -> ScramKeys.derive("x".toCharArray(), SALT, 2_000_000_000));
  }

  @Test
  void saslPrep_followsTheExamplesOfRfc4013() {
    assertEquals("IX", SaslPrep.prepare("I\u00adX"));
    assertEquals("user", SaslPrep.prepare("user"));
    assertEquals("USER", SaslPrep.prepare("USER"));
    assertEquals("a", SaslPrep.prepare("\u00aa"));
    assertEquals("IX", SaslPrep.prepare("\u2168"));
    assertEquals("\u0007", SaslPrep.prepare("\u0007"), "prohibited: used as it is");
    assertEquals("\u06271", SaslPrep.prepare("\u06271"), "right-to-left rule: used as it is");
    assertEquals("a b", SaslPrep.prepare("a\u00a0b"));
  }

  @Test
  void keys_doNotPrintThemselves() {
    assertNotNull(keys.toString());
    assertFalse(keys.toString().contains("pencil"));
  }
}
