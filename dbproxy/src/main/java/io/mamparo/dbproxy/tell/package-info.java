/** What the proxy tells its listener: reusable records and counters. */
@NullMarked
package io.mamparo.dbproxy.tell;

import org.jspecify.annotations.NullMarked;
