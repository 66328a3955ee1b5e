// Auth tokens for Amity's SDK from an amity-graphql gateway. Copy this file into your app and name your own package.
// It needs kotlinx-coroutines 1.0.1 or later, and org.json, which Android has.
package com.example.amity

import java.io.IOException
import java.net.HttpURLConnection
import java.net.URL
import java.text.ParseException
import java.text.SimpleDateFormat
import java.util.Locale
import java.util.TimeZone
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.launch
import kotlinx.coroutines.withTimeoutOrNull
import org.json.JSONException
import org.json.JSONObject

/** Its text does not hold the token, so that it may be logged. */
class AuthToken(val token: String, val userId: String, internal val issuedAtMs: Long, internal val refreshAfterMs: Long) {
    override fun toString() = "AuthToken of $userId"
}

/**
 * Why there is no token. `code` is the gateway's, or `NETWORK`, `BAD_RESPONSE` or `CANCELLED`; `retryable` says whether
 * the same call may succeed a little later. Quote `requestId` to the gateway's operator.
 */
class AmityAuthException(
    val code: String,
    val retryable: Boolean = false,
    val retryAfterSeconds: Long = 0,
    val requestId: String? = null
) : Exception(code)

/**
 * Make one for the app: it remembers. `getCredentials` gives the whole Authorization header of this moment, such as
 * "Bearer ...", or null when nobody is signed in. `elapsedMs` only goes forward, while the device sleeps too: on Android
 * it is SystemClock::elapsedRealtime. `onRenewalFailure` is for the app's log.
 */
class AmityAuth(
    endpoint: String,
    private val elapsedMs: () -> Long,
    private val timeoutMs: Long = 15_000,
    private val onRenewalFailure: (AmityAuthException) -> Unit = {},
    private val sleep: suspend (Long) -> Unit = { delay(it) },
    private val getCredentials: suspend () -> String?
) {
    private class Entry(val credential: String?, val askedAtMs: Long) {
        val answer = CompletableDeferred<AuthToken>()
        @Volatile var reuseMs: Long? = null
    }

    private val url = URL(endpoint)
    private val scope = CoroutineScope(SupervisorJob() + Dispatchers.IO)
    private var entry: Entry? = null
    /** Another for each time that somebody is signed in; `clear` ends it. */
    private var stay: Job = SupervisorJob()

    /** A token for the login. Calls at once share one request, later ones its token until it should be refreshed. */
    suspend fun getAuthToken(forceRefresh: Boolean = false): AuthToken {
        val began = synchronized(this) {
            if (!stay.isActive) stay = SupervisorJob()
            stay
        }
        val credential = readCredentials()
        val current = synchronized(this) {
            if (!began.isActive) throw AmityAuthException("CANCELLED")
            entry?.takeIf { it.credential == credential && isGood(it, forceRefresh) } ?: begin(credential)
        }
        val token = current.answer.await()
        if (!began.isActive) throw AmityAuthException("CANCELLED")
        return token
    }

    /**
     * Answers a renewal of Amity's SDK by one of the two functions: up to five attempts, 1, 2, 4 and 8 seconds apart or
     * when the gateway says, and none after a refusal that no attempt can change. Each renewal has a token of its own,
     * for nobody knows whether Amity takes one twice. From `clear` to the next `getAuthToken` neither function is called.
     */
    fun renew(renewWithAuthToken: (String) -> Unit, unableToRetrieveAuthToken: () -> Unit) {
        val began = synchronized(this) { stay }
        scope.launch(began) {
            val token = try {
                insist()
            } catch (failure: AmityAuthException) {
                if (began.isActive) onRenewalFailure(failure)
                null
            }
            if (began.isActive) if (token != null) renewWithAuthToken(token.token) else unableToRetrieveAuthToken()
        }
    }

    /** To be called when the user signs out: forgets the token, and cancels what is under way. */
    fun clear() = synchronized(this) {
        stay.cancel()
        entry?.answer?.completeExceptionally(AmityAuthException("CANCELLED"))
        entry = null
    }

    private fun isGood(known: Entry, forceRefresh: Boolean): Boolean {
        val reuseMs = known.reuseMs ?: return !known.answer.isCompleted // under way, it brings a token as new as any
        return !forceRefresh && elapsedMs() - known.askedAtMs < reuseMs
    }

    private fun begin(credential: String?): Entry {
        val begun = Entry(credential, elapsedMs())
        entry = begun
        scope.launch {
            try {
                val token = ask(credential)
                begun.reuseMs = token.refreshAfterMs - token.issuedAtMs - ageOf(token)
                begun.answer.complete(token)
            } catch (failure: Exception) {
                begun.answer.completeExceptionally(failure)
            }
        }
        return begun
    }

    /** The gateway may hand out a token that it got some minutes ago. An age that no token can have is a wrong clock's. */
    private fun ageOf(token: AuthToken): Long {
        val age = System.currentTimeMillis() - token.issuedAtMs
        return if (age in 0 until token.refreshAfterMs - token.issuedAtMs) age else 0
    }

    private suspend fun insist(): AuthToken {
        var attempt = 0
        while (true) {
            try {
                return ask(readCredentials())
            } catch (failure: AmityAuthException) {
                val waitMs = maxOf(1_000L shl attempt, 1_000 * failure.retryAfterSeconds)
                if (!failure.retryable || ++attempt == 5 || waitMs > 60_000) throw failure
                sleep(waitMs)
            }
        }
    }

    private suspend fun readCredentials(): String? {
        val credential = try {
            getCredentials()
        } catch (cancelled: CancellationException) {
            throw cancelled
        } catch (_: Exception) {
            throw AmityAuthException("UNAUTHENTICATED", retryable = true) // for want of a network, most likely
        }
        if (credential?.all { it in ' '..'~' } == false) throw AmityAuthException("UNAUTHENTICATED")
        return credential
    }

    private suspend fun ask(credential: String?): AuthToken {
        val connection = url.openConnection() as HttpURLConnection
        val exchange = scope.async { exchange(connection, credential) }
        try {
            return withTimeoutOrNull(timeoutMs) { exchange.await() } ?: throw AmityAuthException("NETWORK", retryable = true)
        } finally {
            scope.launch { connection.disconnect() } // ends a read that still waits
        }
    }

    private fun exchange(connection: HttpURLConnection, credential: String?): AuthToken {
        val text = try {
            connection.requestMethod = "POST"
            connection.connectTimeout = timeoutMs.toInt()
            connection.readTimeout = timeoutMs.toInt()
            connection.instanceFollowRedirects = false // the credential is for this address and no other
            connection.useCaches = false
            connection.doOutput = true
            connection.setRequestProperty("Accept", "application/graphql-response+json, application/json;q=0.9")
            connection.setRequestProperty("Content-Type", "application/json")
            if (credential != null) connection.setRequestProperty("Authorization", credential)
            connection.outputStream.use { it.write("""{"query":"$query"}""".toByteArray()) }
            // A refusal has a body too, with its code.
            val body = if (connection.responseCode < 400) connection.inputStream else connection.errorStream
            body?.use { it.readBytes().toString(Charsets.UTF_8) } ?: ""
        } catch (_: IOException) {
            throw AmityAuthException("NETWORK", retryable = true)
        }
        return tokenOf(text) ?: throw refusalOf(text, connection)
    }

    private fun tokenOf(text: String): AuthToken? {
        try {
            val token = JSONObject(text).optJSONObject("data")?.optJSONObject("authToken") ?: return null
            return AuthToken(
                token.getString("token"),
                token.getString("userId"),
                instant(token.getString("issuedAt")),
                instant(token.getString("refreshAfter"))
            )
        } catch (_: JSONException) {
            return null
        } catch (_: ParseException) {
            return null
        }
    }

    private fun refusalOf(text: String, connection: HttpURLConnection): AmityAuthException {
        val facts = try {
            JSONObject(text).optJSONArray("errors")?.optJSONObject(0)?.optJSONObject("extensions")
        } catch (_: JSONException) {
            null
        }
        val status = connection.responseCode
        val retryAfter = connection.getHeaderField("Retry-After")?.toLongOrNull() ?: 0
        // Without a code it is a proxy in front of the gateway, most likely: by its status it may be better soon.
        val code = facts?.optString("code").orEmpty().ifEmpty { "BAD_RESPONSE" }
        return AmityAuthException(
            code,
            if (facts == null) status >= 500 || status == 429 else facts.optBoolean("retryable"),
            facts?.optLong("retryAfterSeconds", retryAfter) ?: retryAfter,
            facts?.optString("requestId")?.ifEmpty { null } ?: connection.getHeaderField("X-Request-Id")
        )
    }

    private fun instant(text: String): Long {
        val format = SimpleDateFormat("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
        format.timeZone = TimeZone.getTimeZone("UTC")
        return format.parse(text).time
    }

    private companion object {
        const val query = "{ authToken { token userId issuedAt refreshAfter } }"
    }
}
