"""Keyword arguments of other packages, by the function they are given to, and what they are here; see `vocabulary`."""

from __future__ import annotations

RECORDS = "nothing in its place: every Value records; v.detach() and autograd.no_grad() do not"
_KEPT = "nothing in its place: a graph may be differentiated again and again"
ALWAYS_COMPILED = "nothing in its place: the function is compiled when it is first called"
_STEPS = {
    "optimiser.step(parameters), which takes them": "params parameters",
    "nn.Nesterov(0.5)": "nesterov",
}
_OF_FUNCTIONS = {
    "nothing in its place: let the function return its one number, and keep what else it computes": "has_aux",
    "nothing in its place: integers count as floats, complex numbers are refused": "allow_int holomorphic",
}
_ONE_SAMPLE = {
    "nothing in its place: it takes the list of one sample's values, autograd.compile makes batches": "axis dim"
}
_OF_COSTS = {
    "nothing in its place: it is the cost of one sample, nn.fit and autograd.compile take the mean": (
        "reduction reduce size_average axis dim"
    ),
    'nn.fit(net, X, Y, class_weight="balanced")': "weight sample_weight class_weight pos_weight",
    "y as the probabilities that are wanted, such as [0.05, 0.9, 0.05]": "label_smoothing",
}

_OF_ESTIMATORS = {
    "hidden=(30,)": "hidden_layer_sizes hidden_sizes hidden_layers layers sizes n_hidden",
    "weight_decay=1e-4": "alpha",
    "tolerance=1e-4": "tol min_delta",
    "random_state=0": "seed rng random_seed",
    "standardise=True": "standardize normalize normalise scale",
    "validation_fraction=0.1": "validation_split test_size",
    "optimiser=functools.partial(nn.SGD, momentum=0.9)": "momentum nesterovs_momentum",
    "optimiser=functools.partial(nn.Adam, betas=(0.9, 0.999))": "beta_1 beta_2 epsilon",
    "nothing in its place: partial_fit goes on from what was learned": "warm_start",
    "nothing in its place: each epoch takes the samples in another order": "shuffle",
}

OF_ARGUMENTS: dict[str, dict[str, str]] = {
    "Value()": {
        RECORDS: "requires_grad trainable",
        "v.grad = number, where it shall be another than 0": "grad",
        "nothing in its place: a Value holds a float": "dtype",
    },
    "v.backward()": {
        _KEPT: "retain_graph",
        "autograd.gradient(v, [w, b], create_graph=True)": "create_graph",
        "autograd.gradient(v, [w, b])": "inputs",
    },
    "grad()": _OF_FUNCTIONS,
    "value_and_grad()": _OF_FUNCTIONS,
    "operation()": {
        "rule=...": "fun function forward f",
        "partials=...": "backward vjp vjps jvp grad grads derivative derivatives gradient",
    },
    "gradient()": {
        _KEPT: "retain_graph",
        "nothing in its place: the derivative by what was not used is 0": "allow_unused",
    },
    "compile()": {
        ALWAYS_COMPILED: "jit mode fullgraph dynamic nopython",
        "nothing in its place: the batch is the arrays' first axis": "batch_size in_axes vectorized",
        "nn.fit(net, X, Y, cost=nn.squared_error)": "optimizer optimiser loss metrics",
        "a default in the function, `def f(x, power=2)`": "static_argnums static_argnames",
    },
    "draw()": {
        'autograd.draw(v).save("tree.svg")': "format filename path file",
        "autograd.draw(v).show()": "view",
        'direction="right"': "rankdir orientation layout horizontal",
        "autograd.draw(v).source, to which Graphviz's attributes can be added": "color colour style",
    },
    "nn.MLP()": {
        "sizes=[inputs, *hidden, outputs]": (
            "hidden_layer_sizes hidden_sizes hidden input_size input_dim in_features output_size out_features "
            "hidden_size n_hidden nin nouts"
        ),
        "nn.fit(net, X, Y, optimiser=nn.SGD(0.5))": (
            "learning_rate lr learning_rate_init momentum alpha optimizer solver"
        ),
        "nn.fit(net, X, Y, epochs=20, batch_size=10)": "epochs max_iter batch_size",
        "nn.fit(net, X, Y, cost=nn.squared_error)": "loss cost",
        "nothing in its place: every neuron has a bias": "bias use_bias",
    },
    "nn.fit()": {
        "optimiser=nn.SGD(0.5, momentum=0.9)": "lr learning_rate learning_rate_init momentum",
        "validation=0.2, the share to hold out": "validation_split validation_fraction test_size",
        "early_stopping=10, the epochs without anything better": "patience n_iter_no_change early_stopping_rounds",
        'class_weight="balanced", or a weight for each class': "sample_weight sample_weights weights",
        "validation=(X, Y), whose cost and accuracy the history has": "metrics",
        'backend="jax"': "device gpu",
        'backend="jax", devices=2': "workers num_workers n_jobs",
        "net=...": "model network",
        "optimiser=nn.SGD(nn.cosine(0.5, epochs=20))": "scheduler lr_scheduler schedule",
    },
    **dict.fromkeys(("softmax()", "log_softmax()", "logsumexp()"), _ONE_SAMPLE),
    "nn.cross_entropy()": _OF_COSTS | {'logits, those of nn.MLP(sizes, output="linear")': "from_logits"},
    "nn.binary_cross_entropy()": _OF_COSTS | {"the sigmoid of them: its z is found": "from_logits logits"},
    "nn.squared_error()": _OF_COSTS,
    "nn.absolute_error()": _OF_COSTS,
    "nn.huber()": _OF_COSTS,
    "nn.accuracy()": {"no such argument: it is a share, 0..1": "normalize"},
    "net.predict()": {"nothing in its place: all rows run together": "batch_size verbose steps"},
    "drawing.save()": {
        "the suffix of the path: .svg, .png, .pdf, .dot or .html": "format",
        "an SVG, which is as sharp as it is large": "dpi scale size",
    },
    "nn.Classifier()": _OF_ESTIMATORS | {"nothing in its place: the cost is nn.cross_entropy": "cost loss criterion"},
    "nn.Regressor()": _OF_ESTIMATORS | {"nothing in its place: only a Classifier weighs classes": "class_weight"},
    "model.fit()": {
        "sample_weight=[...], one for each sample": "sample_weights weights weight",
        "the estimator's own early_stopping=True": "validation validation_data validation_split eval_set",
        "the estimator's own argument of this name": "epochs batch_size learning_rate class_weight progress",
        "the estimator's own progress=True": "verbose",
        "model.partial_fit(X, y, classes=[...])": "classes",
    },
    "nn.EarlyStopping()": {"nothing in its place: the validation cost is watched": "monitor mode verbose scoring"},
    "nn.SGD()": _STEPS,
    "nn.Nesterov()": _STEPS,
    "nn.RMSprop()": _STEPS,
    "nn.Adam()": _STEPS,
    "nn.AdamW()": _STEPS,
}
"""By function what is there, as it stands after "expected", and the words for it."""

_ARGUMENTS = {
    "learning_rate": "lr learning_rate_init eta eta0 step_size alpha rate",
    "optimiser": "optimizer optim opt solver",
    "initialiser": "initializer init kernel_initializer weight_init",
    "cost": "loss loss_fn loss_function criterion objective cost_function",
    "epochs": "T_max decay_steps n_epochs num_epochs nb_epoch max_iter n_iter iterations steps",
    "batch_size": "bs batch mini_batch_size minibatch_size batchsize",
    "patience": "n_iter_no_change",
    "into": "model net module like",
    "digits": "y labels y_true targets",
    "delta": "beta",
    "start": "base_lr initial_lr lr learning_rate initial_learning_rate",
    "every": "step_size",
    "factor": "gamma decay_rate",
    "end": "eta_min min_lr alpha",
    "minimum_change": "min_delta tol min_change threshold",
    "restore_best": "restore_best_weights",
    "callbacks": "callback cbs",
    "class_weight": "class_weights",
    "validation": "validation_data val_data eval_set valid valid_data test_data val",
    "progress": "verbose progress_bar show_progress disp quiet silent",
    "seed": "random_state rng random_seed key",
    "checkpoint": "checkpoint_path save_path ckpt",
    "activation": "act activation_function nonlinearity activations",
    "output": "output_activation out_activation final_activation",
    "epsilon": "eps",
    "alpha": "rho decay smoothing",
    "weight_decay": "l2 wd decay l2_penalty",
    "clip_norm": "clipnorm clip max_norm max_grad_norm global_clipnorm",
    "clip_value": "clipvalue grad_clip",
    "betas": "beta beta1 beta2 beta_1 beta_2 b1 b2",
    "sizes": "layer_sizes layers dims units shape layer_dims",
    "label": "name title",
    "data": "value val number x",
    "argnums": "argnum wrt argnames",
    "primals": "x args inputs primal",
    "tangents": "v vector tangent",
    "wrt": "inputs xs variables argnums sources params parameters",
    "parameters": "params trainable trainable_variables trainable_weights",
    "path_to": "highlight path target wrt",
    "legend": "key show_legend",
    "max_nodes": "limit max_size",
    "depth": "max_depth levels",
    "at": "x inputs point points",
    "devices": "device n_devices num_devices",
    "compiled": "jit compile",
    "backend": "engine device",
    "X": "x inputs data x_train X_train features",
    "Y": "y targets labels y_train Y_train",
    "momentum": "mu beta",
    "p": "rate prob probability drop_rate dropout_rate drop_prob",
    "size": "normalized_shape features num_features width",
}
"""The arguments that mean the same in every function that has them, and the words for them."""

KEYWORDS: dict[str, tuple[str, ...]] = {}
"""By word, the arguments that it may mean."""
for _right, _words in _ARGUMENTS.items():
    for _word in _words.split():
        KEYWORDS[_word] = (*KEYWORDS.get(_word, ()), _right)
