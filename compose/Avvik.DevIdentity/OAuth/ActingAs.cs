using System.Text.Json;

namespace Avvik.DevIdentity.OAuth;

/// <summary>Which of a person's places a token is for. HelseID takes the organisation in <c>authorization_details</c>; unit and roles are ours.</summary>
internal static class ActingAs
{
    public static Identity Choose(Identity person, string? authorizationDetails)
    {
        if (authorizationDetails is null) return person;
        try
        {
            var role = JsonElement.Parse(authorizationDetails)[0].GetProperty("practitioner_role");
            var organization = role.GetProperty("organization").GetProperty("identifier").GetProperty("value").GetString()!.Split(':')[2];
            var unit = role.TryGetProperty("unit", out var u) ? u.GetString() : null;
            string?[] roles = role.TryGetProperty("roles", out var r) ? [.. r.EnumerateArray().Select(x => x.GetString())] : [];
            var chosen = person.Choices.FirstOrDefault(c => c.OrganizationParent == organization && c.Unit == unit
                && (roles.Length == 0 || c.Roles.SequenceEqual(roles, StringComparer.Ordinal)));
            return chosen is null ? person : chosen with { Choices = person.Choices, Session = person.Session };
        }
        // A request of another shape chooses nothing.
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or IndexOutOfRangeException)
        {
            return person;
        }
    }
}
