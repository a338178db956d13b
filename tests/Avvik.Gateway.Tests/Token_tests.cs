using System.Net;
using System.Security.Cryptography;
using System.Text;
using Avvik.Contracts;
using Avvik.Testing;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Gateway.Tests;

/// <summary>Whose tokens are taken, and what the services are told of who sent one.</summary>
public sealed class Token_tests(BearerGateway shared) : IClassFixture<BearerGateway>
{
    private const string Hamar = "970540008", Parent = "helseid://claims/client/claims/orgnr_parent", Child = "helseid://claims/client/claims/orgnr_child", Level = "helseid://claims/identity/security_level";
    private readonly GatewayUnderTest _gateway = shared.Gateway;

    private static Dictionary<string, object> Person(params (string Name, object? Value)[] changes)
    {
        var claims = TestIssuer.Person();
        foreach (var (name, value) in changes)
        {
            claims.Remove(name);
            if (value is not null) claims[name] = value;
        }
        return claims;
    }

    private static Dictionary<string, object> Software(params (string Name, object? Value)[] changes) =>
        Person([("sub", null), ("helseid://claims/identity/pid", null), (Level, null), ("helseid://claims/hpr/hpr_number", null), .. changes]);

    [Fact]
    public async Task A_token_is_taken_only_from_the_issuer_for_us_in_time_signed_and_with_an_organisation()
    {
        using var strange = RSA.Create(2048);
        var key = _gateway.Issuer.Credentials.Key;
        var issuer = _gateway.Issuer;
        static string Unsigned(string token) => $"{Base64UrlEncoder.Encode("{\"alg\":\"none\",\"typ\":\"at+jwt\"}")}.{token.Split('.')[1]}.";
        var secret = new SymmetricSecurityKey(Encoding.UTF8.GetBytes(((RsaSecurityKey)key).Rsa.ExportSubjectPublicKeyInfoPem())) { KeyId = key.KeyId };

        Assert.Equal(HttpStatusCode.OK, (await _gateway.SendAsync(issuer.Token())).StatusCode);
        foreach (var (what, token) in new[]
        {
            ("garbage", "abc"), ("three garbages", "a.b.c"), ("another issuer", issuer.Token(issuer: "https://elsewhere.example")), ("another audience", issuer.Token(audience: "other")),
            ("expired", issuer.Token(seconds: -60)), ("an ID token", issuer.Token(type: "id+jwt")), ("alg none", Unsigned(issuer.Token())),
            ("the public key as a secret", issuer.Token(by: new(secret, SecurityAlgorithms.HmacSha256))),
            ("a strange key under the name of the right one", issuer.Token(by: new(new RsaSecurityKey(strange) { KeyId = key.KeyId }, SecurityAlgorithms.RsaSha256))),
            ("a key without a name", issuer.Token(by: new(new RsaSecurityKey(((RsaSecurityKey)key).Rsa), SecurityAlgorithms.RsaSha256))),
            ("a changed payload", issuer.Token().Replace(".ey", ".eY", StringComparison.Ordinal)),
            ("no client", issuer.Token(Person(("client_id", null)))), ("no organisation", issuer.Token(Person((Parent, null)))), ("no organisation number", issuer.Token(Person((Parent, "97054000x")))),
            ("a parent and no child's number", issuer.Token(Person((Child, "1")))),
        })
        {
            using var answer = await _gateway.SendAsync(token);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{what}: {answer.StatusCode}");
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
            Assert.StartsWith("Bearer error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        }
        using var nobody = await _gateway.SendAsync(null);
        Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (nobody.StatusCode, nobody.Headers.WwwAuthenticate.ToString()));
    }

    [Fact]
    public async Task A_deployment_with_bearer_tokens_takes_no_dpop_and_no_token_that_is_bound_to_a_key()
    {
        using var dpop = await _gateway.SendAsync(_gateway.Issuer.Token(), scheme: "DPoP");
        Assert.Equal(HttpStatusCode.Unauthorized, dpop.StatusCode);
        using var bound = await _gateway.SendAsync(_gateway.Issuer.Token(Person(("cnf", new Dictionary<string, object>(StringComparer.Ordinal) { ["jkt"] = "abc" }))));
        Assert.Equal(HttpStatusCode.Unauthorized, bound.StatusCode);
    }

    [Fact]
    public async Task The_services_are_told_who_it_is_and_for_whom_and_nothing_else()
    {
        var word = (await _gateway.ArrivalAsync()).InternalToken;
        Assert.Equal(["aud", "client_id", "exp", "iss", "nbf", "organization", "role", "scope", "sub"], word.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("a-nurse", "health-record", Hamar), (word["sub"].GetString(), word["client_id"].GetString(), word["organization"].GetString()));
        Assert.Equal([Roles.Reporter], word["role"].EnumerateArray().Select(r => r.GetString()));

        var software = (await _gateway.ArrivalAsync(Software())).InternalToken;
        Assert.Equal(("health-record", "client"), (software["sub"].GetString(), software["role"].EnumerateArray().Single().GetString()));
    }

    [Fact]
    public async Task Each_service_gets_a_token_for_itself_alone()
    {
        foreach (var (path, service) in new[] { ("api/v1/deviations", "reporting"), ("api/v1/triage", "triage"), ("api/v1/cases", "routing"), ("api/v1/statistics", "statistics") })
            Assert.Equal($"avvik-{service}", (await _gateway.ArrivalAsync(Software(("scope", Scopes.All.ToArray())), path)).InternalToken["aud"].GetString());
    }

    [Fact]
    public async Task Refused_requests_are_logged_with_client_address_and_template_but_never_the_path()
    {
        await using var gateway = await GatewayUnderTest.StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(null, "api/v1/deviations/secret-path-a")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await gateway.SendAsync(gateway.Issuer.Token(Software(("scope", new[] { Scopes.Case }))), "api/v1/triage/secret-path-b")).StatusCode);
        await Eventually.IsTrue(() => Task.FromResult(gateway.Process.Log.Contains("insufficient_scope", StringComparison.Ordinal)), TimeSpan.FromSeconds(5));
        var log = gateway.Process.Log;
        Assert.Contains("Request refused with 401 (no token): client unknown of unknown from 127.0.0.1 at /api/v1/deviations/{**rest}.", log, StringComparison.Ordinal);
        Assert.Contains($"Request refused with 403 (insufficient_scope): client health-record of {Hamar} from 127.0.0.1 at /api/v1/triage/{{**rest}}.", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-path", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_legal_entity_is_the_party_and_a_client_with_only_a_unit_of_its_own_speaks_for_that()
    {
        Assert.Equal(Hamar, (await _gateway.ArrivalAsync(Software((Child, "974795515")))).InternalToken["organization"].GetString());
        Assert.Equal("974795515", (await _gateway.ArrivalAsync(Software((Parent, null), (Child, "974795515")))).InternalToken["organization"].GetString());
    }

    [Fact]
    public async Task A_persons_number_is_neither_handed_on_nor_written_down()
    {
        var arrival = await _gateway.ArrivalAsync();
        Assert.DoesNotContain(arrival.Headers.Values.Append(arrival.InternalToken.Values.Aggregate("", (all, v) => all + v)), text => text.Contains("41814061033", StringComparison.Ordinal) || text.Contains("9876543", StringComparison.Ordinal));
        // Where it might have been: in what the gateway says of a token that it refuses.
        using var refused = await _gateway.SendAsync(_gateway.Issuer.Token(Person((Level, "3"))));
        Assert.DoesNotContain("41814061033", refused.Headers.ToString() + await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain("41814061033", _gateway.Process.Log, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_person_who_has_not_logged_in_well_enough_is_asked_to(string? level)
    {
        using var answer = await _gateway.SendAsync(_gateway.Issuer.Token(Person((Level, level))));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Contains("insufficient_user_authentication", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_may_do_what_its_scopes_say_and_no_more()
    {
        (string Path, string Scope)[] paths = [("api/v1/deviations", Scopes.Report), ("api/v1/triage", Scopes.Coordinate), ("api/v1/cases", Scopes.Case), ("api/v1/statistics", Scopes.Statistics)];
        foreach (var scope in Scopes.All)
            foreach (var (path, needed) in paths)
            {
                using var answer = await _gateway.SendAsync(_gateway.Issuer.Token(Software(("scope", new[] { scope }))), path);
                Assert.True((scope == needed ? HttpStatusCode.OK : HttpStatusCode.Forbidden) == answer.StatusCode, $"{scope} at {path}: {answer.StatusCode}");
                if (scope != needed) Assert.Contains("insufficient_scope", answer.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
            }
        // As a list in one text, too, which is how OAuth itself writes it; and what is open to all of ours is open to nobody else's.
        Assert.Equal(HttpStatusCode.OK, (await _gateway.SendAsync(_gateway.Issuer.Token(Software(("scope", "openid nhn:avvik/case"))), "api/v1/cases")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await _gateway.SendAsync(_gateway.Issuer.Token(Software(("scope", "nhn:other/report"))), "api/v1/directory")).StatusCode);
    }

    [Fact]
    public async Task Issuers_with_other_names_for_things_are_read_by_theirs_and_roles_count_only_with_their_scope()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null, ("Tokens:Claims:Role", "role"), ("Tokens:Claims:Unit", "unit"), ("Tokens:Claims:OrganizationParent", "org"), ("Tokens:Claims:Subject", "uid"));
        var claims = Person((Parent, null), ("org", "983971709"), ("uid", "somebody"), ("unit", "si-elverum-hamar"), ("role", new[] { "handler", "coordinator", "admin", "auditor" }));
        async Task<IEnumerable<string?>> RolesWithAsync(params string[] scopes)
        {
            claims["scope"] = scopes;
            return (await gateway.ArrivalAsync(claims, "api/v1/cases")).InternalToken["role"].EnumerateArray().Select(r => r.GetString());
        }
        Assert.Equal(["handler"], await RolesWithAsync(Scopes.Case));
        Assert.Equal(["handler", "coordinator"], await RolesWithAsync(Scopes.Case, Scopes.Coordinate));
        Assert.Equal(["handler", "coordinator", "admin", "auditor"], await RolesWithAsync([.. Scopes.All]));
        var word = (await gateway.ArrivalAsync(claims, "api/v1/cases")).InternalToken;
        Assert.Equal(("983971709", "somebody", "si-elverum-hamar"), (word["organization"].GetString(), word["sub"].GetString(), word["unit"].GetString()));
    }

    [Fact]
    public async Task The_operators_pages_are_for_software_that_may_administer()
    {
        await using var gateway = await GatewayUnderTest.StartAsync(null, ("Tokens:Claims:Role", "role"));
        foreach (var service in GatewayUnderTest.Services)
        {
            async Task<HttpStatusCode> AsAsync(string role, params string[] scopes) => (await gateway.SendAsync(gateway.Issuer.Token(Person(("role", role), ("scope", scopes))), $"ops/{service}/parked")).StatusCode;
            Assert.Equal(HttpStatusCode.OK, await AsAsync("admin", [.. Scopes.All]));
            Assert.Equal(HttpStatusCode.Forbidden, await AsAsync("admin", Scopes.Report, Scopes.Case, Scopes.Coordinate, Scopes.Statistics));
            // Who is an administrator, the service says: it may be assigned.
            Assert.Equal(HttpStatusCode.OK, await AsAsync("coordinator", [.. Scopes.All]));
            Assert.Equal(HttpStatusCode.Unauthorized, (await gateway.SendAsync(null, $"ops/{service}/parked")).StatusCode);
        }
    }
}
