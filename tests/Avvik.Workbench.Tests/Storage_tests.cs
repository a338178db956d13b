using System.Security.Claims;
using System.Text;
using Avvik.Storage;
using Avvik.Testing;
using Avvik.TextProtection;
using Avvik.Workbench.Access;
using Avvik.Workbench.Persistence;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Avvik.Workbench.Tests;

/// <summary>Sessions, drafts and keys in the workbench's own database, on both engines.</summary>
public sealed class Storage_tests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);
    public static TheoryData<DatabaseProvider> Engines => Databases.All;

    [Theory, MemberData(nameof(Engines))]
    public async Task Model_and_migrations_agree(DatabaseProvider provider)
    {
        await using var migrated = await Migrations.SchemaAgreesWithTheModelAsync<WorkbenchDbContext>(provider);
        Assert.Equal(1, await migrated.CountAsync("select count(*) from \"__EFMigrationsHistory\""));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Draft_is_kept_for_seven_days_and_then_deleted(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.StartAsync(database);
        await instance.Drafts().SaveAsync("report", new Typed("Epikrisen kom for sent."), default);
        await instance.Drafts().SaveAsync("report", new Typed("Epikrisen kom ni dager for sent."), default);

        instance.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.Equal("Epikrisen kom ni dager for sent.", (await instance.Drafts().FindAsync<Typed>("report", default))!.Value.Content.Text);
        Assert.Null(await instance.Drafts().FindAsync<Typed>("answer/1", default));
        Assert.Null(await instance.Drafts("970540008").FindAsync<Typed>("report", default));

        instance.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await instance.Drafts().FindAsync<Typed>("report", default));
        await instance.Drafts("970540008").SaveAsync("report", new Typed("Noe annet."), default);
        Assert.Equal(1, await database.CountAsync("select count(*) from drafts"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Database_holds_no_token_no_text_and_no_name(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.StartAsync(database);
        await instance.Drafts().SaveAsync("report", new Typed("Epikrisen kom for sent."), default);
        var key = await instance.Sessions.StoreAsync(Ticket(instance.Clock));
        instance.Protector.Protect("a cookie");

        var stored = string.Join("\n", await database.QueryAsync(
            """
            select id, sealed_ticket, '' from sessions union all select owner, form, sealed_content from drafts
            union all select name, sealed_xml, '' from protection_keys
            """,
            row => $"{row.GetString(0)} {row.GetString(1)} {row.GetString(2)}"));
        Assert.Equal(3, stored.Split('\n').Length);
        foreach (var clear in new[] { "Epikrisen", "the-access-token", "the-refresh-token", "Kari", "person-1", "<key", key })
        {
            Assert.DoesNotContain(clear, stored, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes(clear)).TrimEnd('='), stored, StringComparison.Ordinal);
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Session_ends_when_it_was_not_renewed_in_time(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.StartAsync(database);
        var (renewed, idle) = (await instance.Sessions.StoreAsync(Ticket(instance.Clock)), await instance.Sessions.StoreAsync(Ticket(instance.Clock)));
        instance.Clock.Advance(TimeSpan.FromMinutes(20));
        await instance.Sessions.RenewAsync(renewed, Ticket(instance.Clock));
        instance.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal("person-1", (await instance.Sessions.RetrieveAsync(renewed))!.Principal.FindFirstValue("sub"));
        Assert.Null(await instance.Sessions.RetrieveAsync(idle));
        await instance.Sessions.StoreAsync(Ticket(instance.Clock));
        Assert.Equal(2, await database.CountAsync("select count(*) from sessions"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Ended_session_is_not_brought_back_by_a_late_renewal(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.StartAsync(database);
        var key = await instance.Sessions.StoreAsync(Ticket(instance.Clock));
        await instance.Sessions.RemoveAsync(key);
        await instance.Sessions.RenewAsync(key, Ticket(instance.Clock));
        Assert.Null(await instance.Sessions.RetrieveAsync(key));
        Assert.Equal(0, await database.CountAsync("select count(*) from sessions"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Late_renewal_keeps_the_newer_tokens(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        await using var instance = await Instance.StartAsync(database);
        var key = await instance.Sessions.StoreAsync(Ticket(instance.Clock));
        var late = (await instance.Sessions.RetrieveAsync(key))!;
        await instance.Sessions.RenewAsync(key, Ticket(instance.Clock, "the-next-access-token", TimeSpan.FromHours(2)));
        await instance.Sessions.RenewAsync(key, late);
        Assert.Equal("the-next-access-token", (await instance.Sessions.RetrieveAsync(key))!.Properties.GetTokenValue("access_token"));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Keys_survive_a_restart(DatabaseProvider provider)
    {
        await using var database = await Databases.CreateAsync(provider);
        string sealedCookie;
        await using (var before = await Instance.StartAsync(database)) sealedCookie = before.Protector.Protect("a cookie");
        await using var after = await Instance.StartAsync(database);
        Assert.Equal("a cookie", after.Protector.Unprotect(sealedCookie));
    }

    [Fact]
    public async Task Instances_share_keys_sessions_and_drafts()
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Postgres);
        await using var one = await Instance.StartAsync(database);
        await using var two = await Instance.StartAsync(database);
        Assert.Equal("a cookie", two.Protector.Unprotect(one.Protector.Protect("a cookie")));
        var key = await one.Sessions.StoreAsync(Ticket(one.Clock));
        Assert.NotNull(await two.Sessions.RetrieveAsync(key));
        await two.Sessions.RemoveAsync(key);
        Assert.Null(await one.Sessions.RetrieveAsync(key));
        await one.Drafts().SaveAsync("report", new Typed("Skrevet ett sted."), default);
        Assert.Equal("Skrevet ett sted.", (await two.Drafts().FindAsync<Typed>("report", default))!.Value.Content.Text);
    }

    private static AuthenticationTicket Ticket(TimeProvider clock, string token = "the-access-token", TimeSpan? life = null)
    {
        var now = clock.GetUtcNow();
        var properties = new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now.AddMinutes(30) };
        properties.StoreTokens(
        [
            new() { Name = "access_token", Value = token },
            new() { Name = "refresh_token", Value = "the-refresh-token" },
            new() { Name = "expires_at", Value = (now + (life ?? TimeSpan.FromHours(1))).ToString("o") },
        ]);
        var person = new ClaimsIdentity([new("sub", "person-1"), new("name", "Kari Nordli")], CookieAuthenticationDefaults.AuthenticationScheme);
        return new AuthenticationTicket(new ClaimsPrincipal(person), properties, CookieAuthenticationDefaults.AuthenticationScheme);
    }

    private sealed record Typed(string Text);

    /// <summary>What an instance of the workbench stores, without its pages.</summary>
    private sealed class Instance(IHost host, MovableClock clock) : IAsyncDisposable
    {
        public MovableClock Clock => clock;
        public SessionStore Sessions => host.Services.GetRequiredService<SessionStore>();
        public IDataProtector Protector => host.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

        public Drafts Drafts(string organization = "983971709") => ActivatorUtilities.CreateInstance<Drafts>(
            host.Services, new Me("person-1", "Kari Nordli", new ActingAs(organization, null, ["reporter"]), []).Key);

        public static async Task<Instance> StartAsync(TestDatabase database)
        {
            var (builder, clock) = (Host.CreateApplicationBuilder(), new MovableClock(Now));
            builder.Configuration.AddInMemoryCollection(database.Settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
            builder.Configuration["BrowserProtection:ActiveKey"] = "k1";
            builder.Configuration["BrowserProtection:Keys:k1"] = TestKeys.Of("BrowserProtection");
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.AddDatabase<WorkbenchDbContext>();
            builder.AddKeyRingOptions(BrowserSeal.Section);
            builder.Services.AddSingleton<BrowserSeal>();
            builder.Services.AddSingleton<SessionStore>();
            builder.Services.AddSingleton<ProtectionKeys>();
            builder.Services.AddDataProtection().SetApplicationName("avvik-workbench");
            builder.Services.AddOptions<KeyManagementOptions>().Configure<ProtectionKeys>((o, keys) => o.XmlRepository = keys);
            var host = builder.Build();
            await host.MigrateAsync<WorkbenchDbContext>();
            return new Instance(host, clock);
        }

        public async ValueTask DisposeAsync()
        {
            if (host is IAsyncDisposable disposable) await disposable.DisposeAsync();
        }
    }
}
