/** Reading a game day from YAML. */
@NullMarked
package io.mamparo.gameday.file;

import org.jspecify.annotations.NullMarked;
