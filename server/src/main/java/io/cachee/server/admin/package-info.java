/** Health and metrics over HTTP, on ports of their own. Nothing here changes anything. */
@NullMarked
package io.cachee.server.admin;

import org.jspecify.annotations.NullMarked;
