package io.mamparo.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Leaves out the empty lines by which a stream shows that it is alive. Used by one thread. */
final class WithoutEmptyLines extends FilterOutputStream {
  private boolean atBegin = true;

  WithoutEmptyLines(OutputStream out) {
    super(out);
  }

  @Override
  public void write(int b) throws IOException {
    if (!atBegin || b != '\n') {
      out.write(b);
    }
    atBegin = b == '\n';
  }
}
