/** HTTP with the JDK's own server: a router, JSON, errors. */
@NullMarked
package rental.web;

import org.jspecify.annotations.NullMarked;
