// Amity's SDK is not on Debian: this stands in for it, written to Amity's documentation.
package com.amity.socialcloud.sdk.model.core.session

import com.amity.socialcloud.sdk.core.session.AccessTokenRenewal

interface SessionHandler {
    fun sessionWillRenewAccessToken(renewal: AccessTokenRenewal)
}
