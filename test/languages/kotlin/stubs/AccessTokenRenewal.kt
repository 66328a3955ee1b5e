// Amity's SDK is not on Debian: this stands in for it, written to Amity's documentation.
package com.amity.socialcloud.sdk.core.session

interface AccessTokenRenewal {
    fun renewWithAuthToken(authToken: String)
    fun unableToRetrieveAuthToken()
}
