using System.Security.Cryptography;
using Avvik.Gateway.Tokens.Proofs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>HelseID's dialect: client assertions, pushed requests, PKCE, tokens bound to a key (FAPI 2.0).</summary>
internal static class OAuthEndpoints
{
    public const string OfflineAccess = "offline_access";
    private static readonly TimeSpan TokenLife = TimeSpan.FromHours(1);

    public static void MapOAuth(this WebApplication app, TokenIssuer issuer, Clients clients)
    {
        var (assertions, logins, nonces) = (new ClientAssertions(clients, issuer.Issuer), new Logins(), new Nonces());
        var (browsers, refreshTokens) = (new SignedInBrowsers(), new RefreshTokens());
        var connect = app.MapGroup("/connect");

        connect.MapPost("/register", (Client asked) =>
        {
            var (client, refusal) = clients.Register(asked);
            return client is null ? Refused("invalid_client_metadata", refusal!) : Results.Json(client, statusCode: StatusCodes.Status201Created);
        });

        connect.MapPost("/par", async (HttpRequest http) =>
        {
            var (form, client, thumbprint, refusal) = await ReadAsync(http, "par");
            if (client is null) return refusal!;
            string? Value(string name) => form[name] is [{ Length: > 0 } value] ? value : null;
            if (Value("response_type") != "code") return Refused("unsupported_response_type", "response_type must be code.");
            if (Value("redirect_uri") is not { } redirect || !client.RedirectUris.Contains(redirect, StringComparer.Ordinal))
                return Refused("invalid_request", "redirect_uri is not one of the client's.");
            if (Value("code_challenge_method") != "S256" || Value("code_challenge") is not { Length: 43 } challenge)
                return Refused("invalid_request", "A code_challenge by S256 is needed.");
            var scopes = (Value("scope") ?? client.Scope).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (scopes.Except(client.Scopes).Any()) return Refused("invalid_scope", "The client was not given that scope.");
            var request = new LoginRequest(client.Id, redirect, Value("state"), Value("nonce"), challenge, thumbprint ?? Value("dpop_jkt"), scopes,
                Value("authorization_details"), Value("prompt") == "login");
            return Results.Json(new { request_uri = logins.Push(request, Now), expires_in = (int)Logins.RequestLife.TotalSeconds },
                statusCode: StatusCodes.Status201Created);
        });

        connect.MapGet("/authorize", (HttpContext http, string? client_id, string? request_uri) =>
        {
            if (logins.Pushed(request_uri, client_id, Now) is not { } request)
                return Refused("invalid_request_uri", "Push the request first (/connect/par), and send its request_uri.");
            // Whoever is signed in here already and only wants to act as something else is not asked again.
            return !request.AskAgain
                && browsers.Find(http.Request) is { } person ? Granted(request_uri!, request, person) : LoginPage.Of(client_id!, request_uri!);
        });

        connect.MapPost("/authorize", async (HttpRequest http) =>
        {
            var form = await http.ReadFormAsync(http.HttpContext.RequestAborted);
            var uri = form["request_uri"].ToString();
            if (logins.Pushed(uri, form["client_id"], Now) is not { } request || Personas.Find(form["persona"].ToString()) is not { IsPerson: true } person)
                return Refused("invalid_request_uri", "That request is over; start again.");
            return Granted(uri, request, browsers.Remember(http.HttpContext.Response, person));
        }).DisableAntiforgery();

        connect.MapGet("/endsession", (HttpContext http, string? id_token_hint, string? post_logout_redirect_uri, string? state) =>
        {
            if (browsers.Forget(http) is { } session) refreshTokens.Revoke(session);
            var known = id_token_hint is not null && clients.Find(issuer.AudienceOf(id_token_hint)) is { } client
                && client.PostLogoutRedirectUris.Contains(post_logout_redirect_uri, StringComparer.Ordinal);
            if (!known) return LoginPage.SignedOut();
            return Results.Redirect(state is null ? post_logout_redirect_uri! : QueryHelpers.AddQueryString(post_logout_redirect_uri!, "state", state));
        });

        IResult Granted(string uri, LoginRequest request, Identity person)
        {
            if (logins.Grant(uri, ActingAs.Choose(person, request.AuthorizationDetails), Now) is not { } code)
                return Refused("invalid_request_uri", "That request is over; start again.");
            var answer = new Dictionary<string, string?>(StringComparer.Ordinal) { ["code"] = code, ["state"] = request.State, ["iss"] = issuer.Issuer };
            return Results.Redirect(QueryHelpers.AddQueryString(request.RedirectUri, answer.Where(p => p.Value is not null)));
        }

        connect.MapPost("/token", async (HttpRequest http) =>
        {
            var (form, client, thumbprint, refusal) = await ReadAsync(http, "token");
            if (client is null) return refusal!;
            string access;
            string? id = null, refresh = null;
            IReadOnlyList<string> scopes;
            switch (form["grant_type"].ToString())
            {
                case "client_credentials":
                    scopes = form["scope"].ToString() is { Length: > 0 } asked ? asked.Split(' ', StringSplitOptions.RemoveEmptyEntries) : client.Scopes;
                    if (scopes.Except(client.Scopes).Any()) return Refused("invalid_scope", "The client was not given that scope.");
                    if ((client.OrganizationParent ?? client.OrganizationChild) is null)
                        return Refused("unauthorized_client", "The client speaks for no organisation.");
                    var software = new Identity(client.Id, client.Id, client.OrganizationParent, ["client"], null,
                        null)
                    { OrganizationChild = client.OrganizationChild };
                    access = issuer.Issue(software, scopes, TokenLife, Now, thumbprint);
                    break;
                case "authorization_code":
                    if (logins.Redeem(form["code"], client.Id, form["redirect_uri"], form["code_verifier"], thumbprint, Now) is not var (login, person))
                        return Refused("invalid_grant", "The code is used, old, or another's.");
                    var who = person with { ClientId = client.Id };
                    scopes = login.Scopes;
                    access = issuer.Issue(who, scopes, TokenLife, Now, thumbprint);
                    if (scopes.Contains(OfflineAccess, StringComparer.Ordinal)) refresh = refreshTokens.Create(new(who, scopes, thumbprint));
                    id = scopes.Contains("openid", StringComparer.Ordinal) ? issuer.IssueIdToken(who, login.Nonce, Now) : null;
                    break;
                case "refresh_token":
                    if (refreshTokens.Use(form["refresh_token"].ToString(), client.Id, thumbprint) is not { } grant)
                        return Refused("invalid_grant", "The refresh token is used, revoked, or another's.");
                    scopes = grant.Scopes;
                    access = issuer.Issue(grant.Person, scopes, TokenLife, Now, thumbprint);
                    refresh = refreshTokens.Create(grant);
                    break;
                default: return Refused("unsupported_grant_type", "grant_type must be client_credentials, authorization_code or refresh_token.");
            }
            http.HttpContext.Response.Headers.CacheControl = "no-store";
            return Results.Ok(new
            {
                access_token = access,
                id_token = id,
                refresh_token = refresh,
                token_type = thumbprint is null ? "Bearer" : "DPoP",
                expires_in = (int)TokenLife.TotalSeconds,
                scope = string.Join(' ', scopes),
            });
        });

        // Who the client is, and by which key its token shall be bound: none where a deployment with bearer tokens is tried.
        async Task<(IFormCollection Form, Client? Client, string? Thumbprint, IResult? Refusal)> ReadAsync(HttpRequest http, string endpoint)
        {
            if (!http.HasFormContentType)
                return (FormCollection.Empty, null, null, Refused("invalid_request", "Send a form: application/x-www-form-urlencoded."));
            var form = await http.ReadFormAsync(http.HttpContext.RequestAborted);
            string? thumbprint = null;
            if (http.Headers["DPoP"].Count > 0)
            {
                var (proof, bad) = await Proof.ReadAsync(http.Headers["DPoP"], http.Method, new Uri($"{issuer.Issuer}/connect/{endpoint}"), accessToken: null,
                    Now);
                if (proof is null) return (form, null, null, Refused("invalid_dpop_proof", bad!));
                // Before the assertion is used up: the client is to come again with both.
                http.HttpContext.Response.Headers["DPoP-Nonce"] = nonces.At(Now);
                if (!nonces.Is(proof.Nonce, Now)) return (form, null, null, Refused("use_dpop_nonce", "Use the nonce of the DPoP-Nonce header."));
                thumbprint = proof.KeyThumbprint;
            }
            var (client, refusal) = await assertions.CheckAsync(form, Now);
            return client is null ? (form, null, null, Refused("invalid_client", refusal!, StatusCodes.Status401Unauthorized))
                : (form, client, thumbprint, null);
        }
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static IResult Refused(string error, string why, int status = StatusCodes.Status400BadRequest) =>
        Results.Json(new { error, error_description = why }, statusCode: status);

    /// <summary>Nonces that need no memory: of this quarter of an hour and the one before.</summary>
    private sealed class Nonces
    {
        private static readonly TimeSpan Period = TimeSpan.FromMinutes(15);
        private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

        public string At(DateTimeOffset now) => Base64UrlEncoder.Encode(HMACSHA256.HashData(_key, BitConverter.GetBytes(now.UtcTicks / Period.Ticks)));

        public bool Is(string? nonce, DateTimeOffset now) => nonce == At(now) || nonce == At(now - Period);
    }
}
