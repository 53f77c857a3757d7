package io.mamparo.cli.top;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The picture of {@code mamparo db top}. */
class ScreenTest {
  private static JsonNode look(double time, long transactions, long calls, int statements)
      throws Exception {
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < statements; i++) {
      all.append(i == 0 ? "" : ",")
          .append("{'fingerprint':'f")
          .append(i)
          .append("','database':'cars','text':'select ")
          .append(i)
          .append("\\n from t','calls':")
          .append(calls * (i + 1))
          .append(",'rows':5,'errors':")
          .append(i == 2 ? calls : 0)
          .append(",'totalMs':")
          .append(calls * (statements - i) * 10)
          .append(",'p99Ms':")
          .append(i)
          .append("}");
    }
    String json =
        ("{'time':"
                + time
                + ",'stack':'cars','clients':{'connected':7,'max':100,'active':2,'waiting':1,"
                + "'refused':0},'pools':[{'database':'cars','login':'bookings','max':5,'active':2,"
                + "'idle':1,'waiting':1,'clients':7,'borrowWaitP99Ms':2.5,'breaker':'closed',"
                + "'total':{'transactions':"
                + transactions
                + ",'statements':"
                + 2 * transactions
                + ",'bytesIn':0,'bytesOut':0}}],'holders':[{'client':1,'address':'127.0.0.1:5',"
                + "'application':'till\\u001b[2J','login':'bookings','state':'idle in transaction',"
                + "'transactionMs':61000,'backendPid':4711,'statement':'update t set a = ?'}],"
                + "'pins':[{'reason':'LISTEN','clients':3}],'statements':["
                + all
                + "]}")
            .replace('\'', '"');
    return new ObjectMapper().readTree(json);
  }

  private static int find(List<String> lines, String word) {
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(word)) {
        return i;
      }
    }
    throw new AssertionError(word + " is not in\n" + String.join("\n", lines));
  }

  @Test
  void picture_fitsTheTerminal() throws Exception {
    for (int[] size : new int[][] {{80, 24}, {40, 10}, {200, 60}}) {
      List<String> lines =
          Screen.render(
              look(101, 300, 20, 50),
              look(100, 100, 10, 50),
              size[0],
              size[1],
              Screen.Sort.TIME,
              false);
      assertTrue(lines.size() <= size[1], lines.size() + " lines");
      lines.forEach(line -> assertTrue(line.length() <= size[0], line));
    }
  }

  @Test
  void rates_areBetweenTwoLooks() throws Exception {
    List<String> lines =
        Screen.render(
            look(102, 300, 20, 3), look(100, 100, 10, 3), 80, 24, Screen.Sort.TIME, false);
    assertTrue(lines.get(0).contains("clients 7/100"), lines.get(0));
    assertTrue(lines.get(1).startsWith("100 tx/s  200 stmt/s"), lines.get(1));
    assertTrue(lines.get(1).contains("pins: 3 LISTEN"), lines.get(1));
    assertTrue(lines.get(find(lines, "2/1/5")).contains("bookings"));
    assertTrue(lines.get(find(lines, "4711")).strip().startsWith("61s idle-tx"));
    assertTrue(find(lines, "select 0 from t") < find(lines, "select 1 from t"));
  }

  @Test
  void sort_changesTheOrderOfStatements() throws Exception {
    List<String> byCalls =
        Screen.render(look(102, 3, 20, 3), look(100, 1, 10, 3), 80, 24, Screen.Sort.CALLS, false);
    assertTrue(find(byCalls, "select 2 from t") < find(byCalls, "select 0 from t"));
    List<String> byErrors =
        Screen.render(look(102, 3, 20, 3), look(100, 1, 10, 3), 80, 24, Screen.Sort.ERRORS, true);
    assertEquals(
        find(byErrors, "TIMEMS") + 1, find(byErrors, "select 2 from t"), byErrors.toString());
    assertTrue(byErrors.getFirst().contains("(held)"));
  }

  @Test
  void controlCharacters_neverReachTheTerminal() throws Exception {
    List<String> lines = Screen.render(look(102, 3, 20, 3), null, 80, 24, Screen.Sort.TIME, false);
    assertFalse(String.join("", lines).contains("\u001b"));
  }
}
