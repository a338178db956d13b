using System.Net;
using Avvik.Client;
using Avvik.Contracts;
using Avvik.Reporting.Webhooks;
using Avvik.Storage;
using Avvik.Testing;
using Microsoft.Extensions.Options;

namespace Avvik.Reporting.Tests.Webhooks;

/// <summary>Nothing inside the installation's network is reached by way of a webhook (SSRF).</summary>
public sealed class Webhook_target_tests
{
    private static readonly (string, string) Http = ("Webhooks:AllowHttp", "true");

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.255.1.1")]
    [InlineData("0.0.0.0")]
    [InlineData("10.1.2.3")]
    [InlineData("172.16.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("169.254.169.254")]
    [InlineData("100.64.0.1")]
    [InlineData("100.127.255.255")]
    [InlineData("192.0.0.192")]
    [InlineData("198.18.0.1")]
    [InlineData("224.0.0.1")]
    [InlineData("255.255.255.255")]
    [InlineData("::")]
    [InlineData("::1")]
    [InlineData("::127.0.0.1")]
    [InlineData("::ffff:127.0.0.1")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("64:ff9b::a00:1")]
    [InlineData("64:ff9b::808:808")]
    [InlineData("64:ff9b:1::1")]
    [InlineData("fc00::1")]
    [InlineData("fd00:ec2::254")]
    [InlineData("fe80::1")]
    [InlineData("fec0::1")]
    [InlineData("ff02::1")]
    [InlineData("2001::1")]
    [InlineData("2001:db8::1")]
    [InlineData("2002:7f00:1::1")]
    [InlineData("3fff::1")]
    public void Address_that_is_not_the_internet_is_refused(string address) => Assert.False(Targets().IsAllowed(IPAddress.Parse(address)));

    [Theory]
    [InlineData("8.8.8.8")]
    [InlineData("100.128.0.1")]
    [InlineData("172.32.0.1")]
    [InlineData("192.169.0.1")]
    [InlineData("::ffff:8.8.8.8")]
    [InlineData("2a02:c0::1")]
    [InlineData("2001:4860:4860::8888")]
    public void Address_on_the_internet_is_allowed(string address) => Assert.True(Targets().IsAllowed(IPAddress.Parse(address)));

    [Fact]
    public void Configured_network_is_allowed_also_when_mapped_into_IPv6()
    {
        var targets = Targets("10.20.0.0/16", "fd12::/16");
        Assert.Equal([true, true, true, false, false], new[] { "10.20.3.4", "::ffff:10.20.3.4", "fd12::1", "10.21.0.1", "fd13::1" }
            .Select(a => targets.IsAllowed(IPAddress.Parse(a))));
    }

    [Theory]
    [InlineData("http://epj.example/avvik", FieldCodes.InvalidUrl)]
    [InlineData("ftp://epj.example/avvik", FieldCodes.InvalidUrl)]
    [InlineData("/avvik", FieldCodes.InvalidUrl)]
    [InlineData("https://user:secret@epj.example/avvik", FieldCodes.InvalidUrl)]
    [InlineData("https://epj.example/avvik#part", FieldCodes.InvalidUrl)]
    [InlineData("https://127.0.0.1/", FieldCodes.RefusedAddress)]
    [InlineData("https://2130706433/", FieldCodes.RefusedAddress)]
    [InlineData("https://0x7f.1/", FieldCodes.RefusedAddress)]
    [InlineData("https://[::1]/", FieldCodes.RefusedAddress)]
    [InlineData("https://[::ffff:169.254.169.254]/latest/meta-data", FieldCodes.RefusedAddress)]
    public async Task Address_that_could_never_be_called_is_refused_when_registered(string url, string code)
    {
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        await using var service = new ServiceUnderTest<Program>(database);
        var refused = await Assert.ThrowsAsync<AvvikProblemException>(() =>
            service.ClientAs(Given.Hamar, Roles.Client).RegisterWebhookAsync(new() { Url = url }));
        Assert.Equal([("/url", code)], refused.Problem.GetProperty("errors").EnumerateArray()
            .Select(e => (e.GetProperty("pointer").GetString()!, e.GetProperty("code").GetString()!)));
    }

    [Fact]
    public async Task Name_that_resolves_to_an_inner_address_is_refused_when_it_connects()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        var connections = 0;
        receiver.OnConnection = () =>
        {
            Interlocked.Increment(ref connections);
            return Task.CompletedTask;
        };
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        var software = await RegisterAsync(database, $"http://localhost:{receiver.Address.Port}/hook", Http);
        Assert.Equal(new WebhookTest(false, "addressRefused"), await software.TestAsync());
        await using var service = software.Service;
        var deviation = await service.Reporter().SubmitAsync(Given.Submission);
        await service.ReceiveAsync(deviation.Changed(3, "routed", CaseStates.Routed));
        await service.DeliverUntilAsync(async () =>
            (await service.ClientAs(Given.Hamar, Roles.Client).GetWebhookAsync(software.Id)).Failure?.Code == "addressRefused");
        Assert.Equal(0, connections);
    }

    [Fact]
    public async Task Redirect_is_not_followed()
    {
        await using var inner = await WebhookReceiver.StartAsync();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.OnRequest = (_, http) =>
        {
            (http.Response.StatusCode, http.Response.Headers.Location) = (307, inner.Url);
            return Task.CompletedTask;
        };
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        var software = await RegisterAsync(database, receiver.Url, WebhookReceiver.Settings);
        await using var service = software.Service;
        Assert.Equal(new WebhookTest(false, "http307"), await software.TestAsync());
        Assert.Equal((1, 0), (receiver.Received.Count, inner.Received.Count));
    }

    [Fact]
    public async Task Receiver_that_does_not_answer_or_never_ends_is_given_up()
    {
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.OnRequest = (got, http) =>
            got.Event.Type == "webhook.test" ? new TaskCompletionSource().Task.WaitAsync(http.RequestAborted) : Task.CompletedTask;
        await using var database = await Databases.CreateAsync(DatabaseProvider.Sqlite);
        var software = await RegisterAsync(database, receiver.Url, [.. WebhookReceiver.Settings, ("Webhooks:TimeoutSeconds", "1")]);
        await using var service = software.Service;
        Assert.Equal(new WebhookTest(false, "timeout"), await software.TestAsync());

        // Of an endless answer only the status is read.
        receiver.OnRequest = async (_, http) =>
        {
            http.Response.StatusCode = 200;
            while (!http.RequestAborted.IsCancellationRequested) await http.Response.Body.WriteAsync(new byte[65536], http.RequestAborted);
        };
        Assert.Equal(new WebhookTest(true, null), await software.TestAsync());
    }

    private static WebhookTargets Targets(params string[] allowed) => new(Options.Create(new WebhookOptions { AllowedNetworks = allowed }));

    private static async Task<Registered> RegisterAsync(TestDatabase database, string url, params (string, string)[] settings)
    {
        var service = new ServiceUnderTest<Program>(database, null, settings);
        return new(service, (await service.ClientAs(Given.Hamar, Roles.Client).RegisterWebhookAsync(new() { Url = url })).Id);
    }

    private sealed record Registered(ServiceUnderTest<Program> Service, Guid Id)
    {
        public Task<WebhookTest> TestAsync() => Service.ClientAs(Given.Hamar, Roles.Client).TestWebhookAsync(Id);
    }
}
