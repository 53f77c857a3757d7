/** A car rental of two services, each a page or two. Nothing in it knows of Mamparo. */
@NullMarked
package rental;

import org.jspecify.annotations.NullMarked;
