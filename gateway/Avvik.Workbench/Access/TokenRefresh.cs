using System.Globalization;
using System.Net;
using Avvik.Client.Tokens;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Avvik.Workbench.Access;

/// <summary>What came of a request whose access token had run out.</summary>
internal enum TokenState
{
    Valid,
    /// <summary>The issuer gives no other token: the user signs in again.</summary>
    Refused,
    /// <summary>The issuer does not answer: the user tries again.</summary>
    IssuerUnavailable,
}

/// <summary>
/// Gets another access token before a request needs it, so that a form can be sent after the first has run out. The refresh token never leaves the server.
/// </summary>
internal sealed class TokenRefresh(
    IOptionsMonitor<OpenIdConnectOptions> issuers, ClientKey key, SessionStore sessions, TimeProvider clock, ILogger<TokenRefresh> log) : IDisposable
{
    // A request that starts with a token this close to its end could arrive with one that is over.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);
    // Requests of one page come at once, and a refresh token may count once only: one refresh at a time. Few enough to keep, many enough not to wait for
    // others.
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    public static TokenState StateOf(HttpContext http) => http.Items[typeof(TokenState)] is TokenState state ? state : TokenState.Valid;

    public async Task RefreshAsync(CookieValidatePrincipalContext context)
    {
        if (!HasRunOut(context.Properties) || SessionStore.KeyOf(context.Properties) is not { } session) return;
        var turn = _turns[(uint)session.GetHashCode(StringComparison.Ordinal) % (uint)_turns.Length];
        await turn.WaitAsync(context.HttpContext.RequestAborted);
        try
        {
            context.HttpContext.Items[typeof(TokenState)] = await GetAsync(context, session);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<TokenState> GetAsync(CookieValidatePrincipalContext context, string session)
    {
        if (await AlreadyDoneAsync(context, session)) return TokenState.Valid;
        if (context.Properties.GetTokenValue(OpenIdConnectParameterNames.RefreshToken) is not { } refreshToken) return TokenState.Refused;
        OpenIdConnectMessage answer;
        try
        {
            var options = issuers.Get(OpenIdConnectDefaults.AuthenticationScheme);
            var configuration = await options.ConfigurationManager!.GetConfigurationAsync(context.HttpContext.RequestAborted);
            using var form = new FormUrlEncodedContent(
            [
                KeyValuePair.Create("grant_type", "refresh_token"),
                KeyValuePair.Create("refresh_token", refreshToken),
                KeyValuePair.Create("client_id", options.ClientId!),
                KeyValuePair.Create("client_assertion_type", SigningKey.AssertionType),
                KeyValuePair.Create("client_assertion", key.Assertion()),
            ]);
            using var response = await options.Backchannel.PostAsync(configuration.TokenEndpoint, form, context.HttpContext.RequestAborted);
            if (response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.Unauthorized)
                // Another instance may have used the refresh token in the meantime.
                return await AlreadyDoneAsync(context, session) ? TokenState.Valid : TokenState.Refused;
            response.EnsureSuccessStatusCode();
            answer = new OpenIdConnectMessage(await response.Content.ReadAsStringAsync(context.HttpContext.RequestAborted));
        }
        catch (Exception error) when (error is HttpRequestException or InvalidOperationException or TimeoutException || IsTimeout(error, context.HttpContext))
        {
            log.IssuerUnavailable(error);
            return TokenState.IssuerUnavailable;
        }
        var properties = context.Properties;
        properties.UpdateTokenValue(OpenIdConnectParameterNames.AccessToken, answer.AccessToken);
        if (answer.RefreshToken is not null) properties.UpdateTokenValue(OpenIdConnectParameterNames.RefreshToken, answer.RefreshToken);
        var life = TimeSpan.FromSeconds(int.Parse(answer.ExpiresIn, CultureInfo.InvariantCulture));
        properties.UpdateTokenValue(SessionStore.ExpiresAt, (clock.GetUtcNow() + life).ToString("o", CultureInfo.InvariantCulture));
        // Roles may have changed, and what is shown goes by the token.
        context.ReplacePrincipal(SignIn.WithToken(context.Principal!, answer.AccessToken));
        // At once and not at the end of the response: the next request needs it, whatever becomes of this one.
        await sessions.RenewAsync(session, new AuthenticationTicket(context.Principal!, properties, context.Scheme.Name));
        context.ShouldRenew = true;
        return TokenState.Valid;
    }

    private async Task<bool> AlreadyDoneAsync(CookieValidatePrincipalContext context, string session)
    {
        if (await sessions.RetrieveAsync(session) is not { } stored || HasRunOut(stored.Properties)) return false;
        context.Properties.StoreTokens(stored.Properties.GetTokens());
        context.ReplacePrincipal(stored.Principal);
        context.ShouldRenew = true;
        return true;
    }

    private bool HasRunOut(AuthenticationProperties properties) => SessionStore.TokenExpiry(properties) is { } expires && expires - Margin < clock.GetUtcNow();

    private static bool IsTimeout(Exception error, HttpContext http) => error is OperationCanceledException && !http.RequestAborted.IsCancellationRequested;

    public void Dispose()
    {
        foreach (var turn in _turns) turn.Dispose();
    }
}
