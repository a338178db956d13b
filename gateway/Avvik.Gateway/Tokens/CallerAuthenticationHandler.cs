using System.Security.Claims;
using System.Text.Encodings.Web;
using Avvik.Gateway.Tokens.Proofs;
using Avvik.Hosting.Problems;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Avvik.Gateway.Tokens;

/// <summary>Authenticates the caller by the scheme that this deployment accepts: a bearer token, or a DPoP token with its proof.</summary>
internal sealed class CallerAuthenticationHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> settings, ILoggerFactory logs, UrlEncoder encoder,
    IOptions<TokenOptions> options, IssuerKeys keys, AccessTokens tokens, TimeProvider clock, UsedProofs? used = null)
    : AuthenticationHandler<AuthenticationSchemeOptions>(settings, logs, encoder)
{
    private static readonly AuthenticateResult Refused = AuthenticateResult.Fail("refused");
    private TokenRefusal? _refusal;
    private bool _keysUnavailable;

    private TokenScheme TokenScheme => options.Value.Scheme!.Value;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers.Authorization is not [{ Length: > 0 } authorization])
        {
            if (Request.Headers.Authorization.Count > 1) _refusal = new("invalid_request", "The request must have exactly one Authorization header.");
            return AuthenticateResult.NoResult();
        }
        var space = authorization.IndexOf(' ', StringComparison.Ordinal);
        if (space < 0 || !authorization.AsSpan(0, space).Equals(TokenScheme.ToString(), StringComparison.OrdinalIgnoreCase))
            return Refuse(TokenRefusal.Invalid($"This API accepts only {TokenScheme} tokens."));
        if (!keys.AreLoaded)
        {
            _keysUnavailable = true;
            return Refused;
        }
        var token = authorization[(space + 1)..].Trim();
        var (caller, refusal) = await tokens.ReadAsync(token, Context.RequestAborted);
        if (caller is null) return Refuse(refusal!);
        if (await CheckBindingAsync(caller, token) is { } bindingRefusal) return Refuse(bindingRefusal);
        Context.Features.Set(caller);
        return AuthenticateResult.Success(new AuthenticationTicket(caller.Principal, Scheme.Name));
    }

    private async ValueTask<TokenRefusal?> CheckBindingAsync(AuthenticatedCaller caller, string token)
    {
        // A token bound to a key is never accepted as a bearer token: without a proof, its sender may have stolen it.
        if (used is null) return caller.KeyThumbprint is null ? null : TokenRefusal.Invalid("The token is bound to a key.");
        if (caller.KeyThumbprint is null) return TokenRefusal.Invalid("The token is not bound to a key.");
        var now = clock.GetUtcNow();
        var target = new Uri(options.Value.PublicUrl!.TrimEnd('/') + Request.Path.ToUriComponent());
        var (proof, refusal) = await Proof.ReadAsync(Request.Headers["DPoP"], Request.Method, target, token, now);
        if (proof is null) return TokenRefusal.Proof(refusal!);
        if (proof.KeyThumbprint != caller.KeyThumbprint) return TokenRefusal.Invalid("The token is bound to another key.");
        // Checked last: it marks the proof as used.
        return await used.TryUseAsync(proof, Context.RequestAborted) ? null : TokenRefusal.Proof("The proof has been used.");
    }

    private AuthenticateResult Refuse(TokenRefusal refusal)
    {
        _refusal = refusal;
        return Refused;
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        if (_keysUnavailable) return Problem.Unavailable().ExecuteAsync(Context);
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        LogRefusal(_refusal?.Error ?? "no token");
        Challenge(_refusal);
        return Task.CompletedTask;
    }

    // The gateway checks scopes; the services check roles.
    protected override Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        LogRefusal("insufficient_scope");
        Challenge(new("insufficient_scope", "The client lacks the scope that this path requires."));
        return Task.CompletedTask;
    }

    private void LogRefusal(string reason) => Logger.RequestRefused(
        Response.StatusCode, reason, Context.User.FindFirstValue("client_id") ?? "unknown", Context.User.FindFirstValue("organization") ?? "unknown",
        Context.Connection.RemoteIpAddress?.ToString() ?? "unknown", Context.GetEndpoint() is RouteEndpoint route ? route.RoutePattern.RawText ?? "" : "");

    private void Challenge(TokenRefusal? refusal)
    {
        var parts = new List<string>();
        if (refusal is not null) parts.AddRange([$"error=\"{refusal.Error}\"", $"error_description=\"{refusal.Description}\""]);
        if (used is not null) parts.Add($"algs=\"{Proof.Algorithms}\"");
        Response.Headers.WWWAuthenticate = parts.Count == 0 ? TokenScheme.ToString() : $"{TokenScheme} {string.Join(", ", parts)}";
    }
}
