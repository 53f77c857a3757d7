/** Statement texts: lexed, classified, told apart, shared. */
@NullMarked
package io.mamparo.dbproxy.intern;

import org.jspecify.annotations.NullMarked;
