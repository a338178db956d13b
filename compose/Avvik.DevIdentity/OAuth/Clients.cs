using Avvik.Contracts;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.DevIdentity.OAuth;

/// <summary>Software with a key of its own. Where HelseID has a portal to register it, this takes whoever asks (RFC 7591).</summary>
internal sealed record Client
{
    [JsonPropertyName("client_id")] public string Id { get; init; } = "";
    [JsonPropertyName("client_name")] public string? Name { get; init; }
    [JsonPropertyName("orgnr_parent")] public string? OrganizationParent { get; init; }
    [JsonPropertyName("orgnr_child")] public string? OrganizationChild { get; init; }
    [JsonPropertyName("scope")] public string Scope { get; init; } = "";
    [JsonPropertyName("redirect_uris")] public IReadOnlyList<string> RedirectUris { get; init; } = [];
    [JsonPropertyName("post_logout_redirect_uris")] public IReadOnlyList<string> PostLogoutRedirectUris { get; init; } = [];
    [JsonPropertyName("jwks")] public JsonElement Keys { get; init; }
    [JsonPropertyName("token_endpoint_auth_method")] public string AuthenticationMethod => "private_key_jwt";

    [JsonIgnore] public IReadOnlyList<string> Scopes => Scope.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    [JsonIgnore] public IList<JsonWebKey> PublicKeys => new JsonWebKeySet(Keys.GetRawText()).Keys;
}

/// <summary>The clients, kept beside the issuer's key, so that a restart forgets none.</summary>
internal sealed class Clients(string file)
{
    private readonly ConcurrentDictionary<string, Client> _all = new(
        File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, Client>>(File.ReadAllText(file))! : [], StringComparer.Ordinal);

    public Client? Find(string? id) => id is null ? null : _all.GetValueOrDefault(id);

    /// <summary>Software that this issuer is started with: the workbench.</summary>
    public void Add(Client client) => _all[client.Id] = client;

    /// <summary>The client as it is known from now on, or what is wrong with it. The same key is the same client.</summary>
    public (Client? Client, string? Refusal) Register(Client asked)
    {
        try
        {
            if (asked.Keys.ValueKind != JsonValueKind.Object || asked.PublicKeys is not [var first, ..])
                return (null, "jwks must hold the client's public keys.");
            if (asked.PublicKeys.Any(k => k.HasPrivateKey || k.Kty is not ("EC" or "RSA"))) return (null, "jwks must hold public keys only: EC or RSA.");
            if (asked.RedirectUris.Any(uri => !Uri.TryCreate(uri, UriKind.Absolute, out _))) return (null, "redirect_uris must be absolute URLs.");
            if (new[] { asked.OrganizationParent, asked.OrganizationChild }.Any(n => n is not null && (n.Length != 9 || !n.All(char.IsAsciiDigit))))
                return (null, "orgnr_parent and orgnr_child are nine digits.");
            var client = asked with
            {
                Id = Base64UrlEncoder.Encode(first.ComputeJwkThumbprint()),
                Scope = asked.Scope.Length > 0 ? asked.Scope : string.Join(' ', TokenIssuer.ScopesOf("client"))
            };
            if (client.Scopes.Except(Scopes.All.Append("openid").Append(OAuthEndpoints.OfflineAccess)).FirstOrDefault() is { } unknown)
                return (null, $"There is no scope '{unknown}'.");
            _all[client.Id] = client;
            lock (_all)
            {
                File.WriteAllText(file + ".new", JsonSerializer.Serialize(_all));
                File.Move(file + ".new", file, overwrite: true);
            }
            return (client, null);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException) { return (null, "jwks is no JSON Web Key Set."); }
    }
}
