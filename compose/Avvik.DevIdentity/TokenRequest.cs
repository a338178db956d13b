using System.Globalization;
using Avvik.Contracts;

namespace Avvik.DevIdentity;

/// <summary>The requested token: of a persona, or of any organisation and role.</summary>
internal sealed record TokenRequest(Identity Identity, IReadOnlyList<string> Scopes, TimeSpan Lifetime)
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(8);
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromHours(12);

    /// <returns>The request, or a sentence about its error.</returns>
    public static (TokenRequest? Request, string? Refusal) Read(IFormCollection form)
    {
        string? Value(string name) => form[name].FirstOrDefault(v => !string.IsNullOrWhiteSpace(v))?.Trim();

        var lifetime = DefaultLifetime;
        if (Value("lifetime") is { } text)
        {
            if (!int.TryParse(text, CultureInfo.InvariantCulture, out var seconds) || seconds <= 0 || seconds > LongestLifetime.TotalSeconds)
                return (null, $"lifetime is in whole seconds, from 1 to {LongestLifetime.TotalSeconds:0}.");
            lifetime = TimeSpan.FromSeconds(seconds);
        }

        Identity identity;
        var organization = Value("organization");
        string[] roles = [.. form["role"].OfType<string>().Where(r => r.Length > 0).Distinct(StringComparer.Ordinal)];
        if (Value("persona") is { } persona)
        {
            if (organization is not null || roles.Length > 0)
                return (null, "Ask for a persona, or for an organization with its role, not for both.");
            if (Personas.Find(persona) is not { } found)
                return (null, $"There is no persona '{persona}'; GET /personas lists them.");
            identity = found;
        }
        else
        {
            if (organization is not { Length: 9 } || !organization.All(char.IsAsciiDigit))
                return (null, "Ask for a persona, or for an organization: nine digits.");
            if (roles.Length == 0)
                return (null, $"An organization needs a role: {Allowed}.");
            if (roles.FirstOrDefault(r => r != "client" && !Vocabulary.Roles.ContainsKey(r)) is { } unknown)
                return (null, $"There is no role '{unknown}': {Allowed}.");
            identity = new Identity($"dev-{organization}", $"{roles[0]}-{organization}", organization, roles, Unit: null, Name: null);
        }

        var scopes = Value("scope")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? TokenIssuer.ScopesOf(identity.Roles);
        if (scopes.Except(Contracts.Scopes.All).FirstOrDefault() is { } strange)
            return (null, $"There is no scope '{strange}': {string.Join(", ", Contracts.Scopes.All)}.");
        var client = Value("client_id") ?? identity.ClientId;
        return (new TokenRequest(identity with
        {
            ClientId = client,
            // Software that acts on its own is its own subject.
            Subject = Value("subject") ?? (identity.IsPerson ? identity.Subject : client),
            Unit = Value("unit") ?? identity.Unit,
            Name = Value("name") ?? identity.Name,
            SecurityLevel = Value("security_level") ?? identity.SecurityLevel,
        }, scopes, lifetime), null);
    }

    private static string Allowed => string.Join(", ", Vocabulary.Roles.Keys.Order(StringComparer.Ordinal).Append("client"));
}
