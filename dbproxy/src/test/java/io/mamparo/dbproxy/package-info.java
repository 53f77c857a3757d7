@NullMarked
package io.mamparo.dbproxy;

import org.jspecify.annotations.NullMarked;
